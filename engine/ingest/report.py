"""Decides what an import hands on: what the person said, the table it read, and an account of how it read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from engine.messages import Language, Message, render

DateOrder = Literal["ymd", "mdy", "dmy"]
DecimalMark = Literal[".", ","]


@dataclass(frozen=True, slots=True)
class Hints:
    """What a person said about a file; everything left out is read from the file itself.

    ``mapping`` is a mapping file's content, header -> field (see ``engine.ingest.mapping``).
    """

    platform: str | None = None
    currency: str | None = None
    date_order: DateOrder | None = None
    mapping: Mapping[str, str] | None = None
    account_id: str | None = None
    decimal_mark: DecimalMark | None = None


@dataclass(frozen=True, slots=True)
class TotalCheck:
    """One figure of a total row beside the sum of the rows it covers."""

    label: str
    row: int
    metric: str
    stated: Decimal
    summed: Decimal
    agrees: bool


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How a file was understood. Sums of money are in units of ``currency``, exact."""

    file: str
    sha256: str
    size_bytes: int
    platform: str
    grain: str
    breakdown: str
    encoding: str
    delimiter: str
    header_row: int
    headers: tuple[str, ...]
    header_fingerprint: str
    mapping: Mapping[str, str]
    unmapped: tuple[str, ...]
    currency: str | None
    period: tuple[date, date]
    rows_read: int
    rows_kept: int
    dropped: tuple[tuple[Message, int], ...] = ()
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    totals_check: tuple[TotalCheck, ...] = ()
    warnings: tuple[Message, ...] = ()

    def as_dict(self, language: Language = "zh-TW") -> dict[str, Any]:
        """The report as JSON-ready data: dates and exact numbers as text, sentences in ``language``."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "platform": self.platform,
            "grain": self.grain,
            "breakdown": self.breakdown,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "header_row": self.header_row,
            "header_fingerprint": self.header_fingerprint,
            "mapping": dict(self.mapping),
            "unmapped": list(self.unmapped),
            "currency": self.currency,
            "period": {"start": self.period[0].isoformat(), "end": self.period[1].isoformat()},
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "dropped": [{"reason": render(reason, language), "rows": count} for reason, count in self.dropped],
            "sums": {metric: plain(value) for metric, value in self.sums.items()},
            "totals_check": [
                {
                    "label": check.label,
                    "row": check.row,
                    "metric": check.metric,
                    "stated": plain(check.stated),
                    "summed": plain(check.summed),
                    "agrees": check.agrees,
                }
                for check in self.totals_check
            ],
            "warnings": [{"code": warning.id, "text": render(warning, language)} for warning in self.warnings],
        }


def plain(value: Decimal) -> str:
    """A decimal without exponent or idle zeros: 1234.5, 0, 98000.

    >>> plain(Decimal("1.2340E+3"))
    '1234'
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Reading:
    """The facts of one file and the report on it.

    ``table`` holds ``engine.snapshot.DIMENSIONS``, ``date_day`` and ``period_end`` (datetime64), ``currency``,
    ``attribution`` and ``source_row`` (the 1-based row of the file; the first one where rows were added up), and
    every stored measure: money as Int64 micros, counts as Int64, fractional results as float64. Missing is
    ``<NA>``/``NaN``, an absent name is the empty text. Dimensions are categoricals.
    """

    table: pd.DataFrame
    report: ImportReport
