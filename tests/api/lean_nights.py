"""Nights that cost little: one small export, three rules, no re-allocation; everything else as it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.sample import Truth
from api.services.inbox import inbox_of
from api.services.night_stages import CheckData, JudgeDelivery, ReadAccount, ScreenCopy
from tests.rules.accounts import shipped

RULES = ("cpa_over", "low_ctr_vs_peers", "spend_no_conv")
FIRST_DAY = "2026-10-12"
STAGES = (ReadAccount(), CheckData(), JudgeDelivery(), ScreenCopy())


def make_lean(patch: pytest.MonkeyPatch, *rules: str) -> None:
    """Nights of these stages and rules, else of the three, for the rest of a test."""
    packs = {loaded[0].id: loaded for loaded in shipped(*(rules or RULES))}
    patch.setattr("api.services.rule_packs._shipped", lambda: packs)
    patch.setattr("api.services.nights.NIGHT", STAGES)


def lean_inbox(sample: tuple[Path, Truth], account: str = "default") -> Path:
    """The account's inbox with five weeks of one export, half of them twice, and two rows of copy."""
    folder = inbox_of(account)
    (folder / "copy").mkdir(parents=True)
    line = next(path for path in sample[1].exports if path.stem == "line-ads")
    head, *rows = line.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    rows = [row for row in rows if row >= FIRST_DAY]
    (folder / "a-line.csv").write_text(head + "".join(rows[: len(rows) // 2]), encoding="utf-8")
    (folder / "b-line.csv").write_text(head + "".join(rows), encoding="utf-8")
    copy = (sample[0] / "copy.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (folder / "copy" / "copy.csv").write_text("".join(copy[:3]), encoding="utf-8")
    return folder


def without_times(document: dict[str, Any]) -> dict[str, Any]:
    """A night's document without what differs from run to run: when it was kept, and hashes over such times."""
    return {
        name: value["seq"] if name == "audit" else value for name, value in document.items() if name != "created_at"
    }
