"""Decides whether an item can be screened at all, and what is said of a category no pack covers yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from compliance.findings import CopyFinding, CopyItem
from compliance.placing import LONGEST_TEXT, placement_faults, whole_text
from engine.errors import Fault, FileFaults
from engine.messages import Language, Message, Value, render
from engine.packs import load_yaml, package_path
from engine.vocabulary import Severity


class CopyFaults(FileFaults):
    """Copy that cannot be screened: every faulty row at once, nothing of the batch is screened."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("copy", faults)
        self.message = Message("compliance.copy.faults", {"count": self.count})

    def lines(self, language: Language = "zh-TW") -> list[str]:
        """One sentence a fault; each names its row."""
        return [render(fault.message, language) for fault in self.faults]


@cache
def categories() -> dict[str, dict[str, str]]:
    """Category -> its name in both languages."""
    listed: dict[str, dict[str, str]] = load_yaml(package_path("compliance") / "categories.yaml")["categories"]
    return listed


def category_faults(ads: Sequence[CopyItem]) -> list[Fault]:
    """Every reason an item cannot be screened, with its place in the sequence as the row."""
    faults: list[Fault] = []
    for number, item in enumerate(ads, start=1):
        row = item.row_id or str(number)
        if not item.text.strip():
            faults.append(Fault(Message("compliance.copy.no_text", {"row": row}), number, "text"))
        length = len(whole_text(item)[0])
        if length > LONGEST_TEXT:
            values: dict[str, Value] = {"row": row, "length": length, "limit": LONGEST_TEXT}
            faults.append(Fault(Message("compliance.copy.too_long", values), number, "text"))
        if item.product not in categories():
            values = {"row": row, "product": item.product[:40], "choices": ", ".join(categories())}
            faults.append(Fault(Message("compliance.copy.unknown_product", values), number, "product"))
        if item.placement is not None:
            faults += placement_faults(item.placement, number, row)
    return faults


def uncovered_finding(item: CopyItem) -> CopyFinding:
    """What a reviewer is told of a category without a pack: only personal data was looked for."""
    names = categories()[item.product]
    return CopyFinding(
        code="general.no_pack",
        span=(0, 0),
        severity=Severity.NOTE,
        message=Message("compliance.copy.no_pack", {"zh": names["zh-TW"], "en": names["en"]}),
        suggestion=Message("compliance.copy.no_pack_help"),
    )
