"""Bulk-edit files: approved changes as rows that a platform's own tool takes in; nothing is sent to a platform.

approved recommendation + state -> one edit -> the platform's columns -> a guarded CSV, or a line to do by hand
"""
