"""Decides what in a text is personal data, with how much certainty and why.

recognisers/*.yaml (patterns, context words) + validators (checksums) -> finding (score, why)
-> in_copy | redaction
"""
