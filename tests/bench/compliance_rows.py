"""Decides how rows of the reference data are read, which of them were seen while packs were written, and what is a hit.

How the held-out part was kept: the packs were written beside a copy of the data that lacked it, with penalised cases up
to December 2024 (113-12), the official lists and rulings, and the half of the lawful texts whose hashed id is even.
Later cases, cases without a date and the other half were opened by this bench alone, which prints counts and no text.
The 80 minimal pairs were all read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import regex

from compliance.findings import CopyFinding, CopyItem, Screening
from compliance.screening import screen
from engine.vocabulary import Severity

Row = Mapping[str, Any]
_HELD_OUT = ("case_114-", "case_115-", "case_2025", "case_2026", "case_undated")
_LAW = regex.compile(r"^[^§\d]{3,60}")


@dataclass(frozen=True, slots=True)
class Line:
    """One measured share; ``at_least`` or ``at_most`` is the line it must hold, None where it is only reported."""

    name: str
    hits: int
    of: int
    at_least: float | None = None
    at_most: float | None = None

    @property
    def share(self) -> float:
        """Hits by cases."""
        return self.hits / self.of if self.of else 0.0

    @property
    def holds(self) -> bool:
        """True when the measured share keeps to its line."""
        return (self.at_least is None or self.share >= self.at_least) and (
            self.at_most is None or self.share <= self.at_most
        )

    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval."""
        n, p, z = max(self.of, 1), self.share, 1.96
        centre, spread = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (centre - spread) / (1 + z * z / n)), min(1.0, (centre + spread) / (1 + z * z / n))


def read(folder: Path, name: str) -> list[Row]:
    """The rows of a JSON-lines file."""
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def judge(text: str, product: str, facts: Mapping[str, Any] | None = None) -> Screening:
    """The screening of one text; without facts it is screened once, for several lines ask after the same ads."""
    return screen([CopyItem("1", text, product, facts)])[0] if facts else _judged(text, product)


@cache
def _judged(text: str, product: str) -> Screening:
    return screen([CopyItem("1", text, product)])[0]


def wording(row: Row) -> str:
    """The words of an excerpt without the officials' notes."""
    return str(row.get("clean") or row["text"])


def is_found(result: Screening) -> bool:
    """True when a rule blocks or warns with a span."""
    return any(_of_rule(f) and f.severity is not Severity.NOTE for f in result.findings)


def is_noted(result: Screening) -> bool:
    """True when a rule says anything of the words; what platforms ask of every ad of a category does not count."""
    return any(_of_rule(f) and not f.code.endswith(".platforms") for f in result.findings)


def _of_rule(finding: CopyFinding) -> bool:
    """Neither personal data nor the classifier counts as found."""
    return finding.source != "classifier" and not finding.code.startswith("personal.")


def names_a_law(result: Screening, row: Row) -> bool:
    """True when one of the laws the row was charged under is cited."""
    charged = {m[0].strip() for part in regex.split(r"[;；/]", str(row["law"])) if (m := _LAW.match(part.strip()))}
    return any(c.law in charged for f in result.findings for c in f.citations)


def was_read(row: Row) -> bool:
    """True for what the authors of the packs had before them."""
    if "version" in row:
        return not str(row["version"]).startswith(_HELD_OUT)
    return int(hashlib.sha256(str(row["id"]).encode()).hexdigest(), 16) % 2 == 0


def count(name: str, rows: Iterable[Row], test: Callable[[Row], bool], **line: float) -> Line:
    """How many rows pass a test."""
    listed = list(rows)
    return Line(name, sum(test(row) for row in listed), len(listed), **line)
