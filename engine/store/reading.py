"""Decides what the store needs of a file that was read: the table, and what the report says about it.

The store and the reader are neighbours that never import each other; this is the form of what passes between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

import pandas as pd

from engine.vocabulary import content_hash


class Report(Protocol):
    """What the reader understood of a file."""

    @property
    def file(self) -> str:
        """Its name."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of its bytes."""
        ...

    @property
    def platform(self) -> str:
        """Where it comes from."""
        ...

    @property
    def grain(self) -> str:
        """Account, campaign, ad group or ad."""
        ...

    @property
    def breakdown(self) -> str:
        """The one dimension its rows are broken down by, or nothing."""
        ...

    @property
    def currency(self) -> str | None:
        """Currency of its money."""
        ...

    @property
    def period(self) -> tuple[date, date] | None:
        """The first and last day it covers."""
        ...

    @property
    def mapping(self) -> Mapping[str, str]:
        """Header to field."""
        ...

    @property
    def rows_kept(self) -> int:
        """How many rows became facts."""
        ...

    @property
    def sums(self) -> Mapping[str, Any]:
        """Sum of each metric."""
        ...


class Reading(Protocol):
    """One file that was read: typed rows and the report."""

    @property
    def table(self) -> pd.DataFrame:
        """One row a fact; columns as engine.snapshot names them, money in whole micros."""
        ...

    @property
    def report(self) -> Report:
        """What was understood."""
        ...


def summary(report: Report) -> dict[str, Any]:
    """What is kept of the report beside the facts."""
    return {
        "platform": report.platform,
        "grain": report.grain,
        "breakdown": report.breakdown,
        "currency": report.currency,
        "period": None if report.period is None else [day.isoformat() for day in report.period],
        "mapping": dict(report.mapping),
        "rows_kept": report.rows_kept,
        "sums": {name: str(value) for name, value in report.sums.items()},
    }


def identity(report: Report) -> str:
    """Hash of the file's bytes and of how they were understood: both the same means the same reading.

    A file that is read again with another mapping or currency is another reading, and restates.
    """
    return content_hash([report.sha256, summary(report)])
