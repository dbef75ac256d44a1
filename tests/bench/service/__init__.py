"""Measures the service beside the bare one: the same file, the same queries, taken in turns.

data (an account with proposals and keys) -> servers (both under gunicorn) -> clients (seconds) -> lines (ratios)
"""
