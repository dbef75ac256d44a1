"""Decides from which day the evidence of a rule that is read every night is counted.

Numbers of a rolling window are drawn anew as days drop out of it, so that a healthy ad gets a fresh chance of a bad
month every night. Here the first day stays the same for a calendar quarter: the evidence begins with the rule's own
window as of the first morning of the quarter and only grows. An e-value of such counts may be read every night.
"""

from __future__ import annotations

from datetime import date, timedelta

from rules.entities import EPOCH
from rules.methods import METHODS
from rules.pack import LevelName, RulePack
from rules.signals import SignalSource, SignalTable

MONTHS = 3


def first_morning(day: int) -> int:
    """The first day of the quarter that ``day`` (days since 1970-01-01) lies in."""
    at = EPOCH + timedelta(days=day)
    return (date(at.year, (at.month - 1) // MONTHS * MONTHS + 1, 1) - EPOCH).days


def counted_days(pack: RulePack, day: int) -> int:
    """How many days, up to the end of the rule's window, its evidence is counted over as of ``day``."""
    if not METHODS[pack.evidence.method].fixed_origin:
        return pack.window.days
    return pack.window.days + day - first_morning(day)


def counted_table(source: SignalSource, pack: RulePack, level: LevelName) -> SignalTable:
    """The signals over the days that the rule's evidence is counted over."""
    return source.table(level, counted_days(pack, source.day), pack.window.end_lag_days, pack.metrics)
