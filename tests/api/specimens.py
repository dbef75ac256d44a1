"""What every registered report is tried with: its content with one text in every place a person could have written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from api.cue import CueLine, CueSheet, spread_exactly
from api.reports.copy_findings import write_copy_findings
from api.reports.cue_sheet import write_cue_sheet
from engine.vocabulary import Period

WEEKS = tuple(date(2026, 11, 16) + timedelta(days=7 * n) for n in range(4))


def cue_line(text: str, amount: int = 100_001) -> CueLine:
    """A line of a cue sheet that says ``text`` everywhere."""
    parts = spread_exactly(Decimal(amount), [Decimal(amount) / len(WEEKS)] * len(WEEKS), Decimal(1))
    return CueLine(
        channel=text,
        category=text,
        media=text,
        placement=text,
        section=text,
        size=text,
        form=text,
        rotation=text,
        buy_type=text,
        deadline=date(2026, 11, 9),
        amount=Decimal(amount),
        weekly=dict(zip(WEEKS, parts, strict=True)),
        est_impressions=1_000_000,
        est_clicks=12_345,
        est_result=Decimal("321.5"),
    )


def cue_sheet(text: str, amounts: tuple[int, ...] = (100_001, 250_000, 33_333), **more: object) -> CueSheet:
    """A cue sheet that says ``text`` everywhere."""
    values: dict[str, object] = {
        "client": text,
        "period": Period(date(2026, 11, 16), date(2026, 12, 13)),
        "version": text,
        "proposal_id": text,
        "made_on": date(2026, 11, 15),
        "currency": "TWD",
        "result_label": text.replace("{", "").replace("}", ""),
        "lines": tuple(cue_line(text, amount) for amount in amounts),
        "weeks": WEEKS,
        "fee_rate": Decimal("0.15"),
        "tax_rate": Decimal("0.05"),
        "notes": (text,),
        "reasons": {text: text},
    }
    return CueSheet(**values | more)


def copy_row(text: str) -> tuple[dict[str, object], dict[str, object]]:
    """A row of copy and its screening that say ``text`` everywhere."""
    finding = {
        "source": text, "code": text, "span": [0, len(text)], "law": text, "article": text, "paragraph": text,
        "severity": "block", "message": text, "suggestion": text, "certainty": "verified",
        "caveats": [text],
    }  # fmt: skip
    given = {"text": text, "product": text, text: text}
    return given, {"row_id": text, "text": text, "verdict": "block", "findings": [finding], "remarks": [text]}


REPORTS: dict[str, Callable[[str], list[bytes]]] = {
    "cue_sheet": lambda text: [write_cue_sheet(cue_sheet(text), internal=form) for form in (False, True)],
    "copy_findings": lambda text: [write_copy_findings([copy_row(text)], date(2026, 11, 15))],
}
