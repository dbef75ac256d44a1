"""Decides what a channel returns for its spend.

    weekly history -> controls (season, weekday) -> posterior over Hill curves -> bootstrap draws -> CurveSet
                                          rate card (short history) ----------------------------^

A family is one file in ``families``; the folder listing is the registry.
"""
