"""Decides what a copy check is: rows of ad copy screened under one day's law, the answer kept with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.dates import today
from api.speech import said
from compliance.findings import CopyItem, Screening, Verdict
from engine.errors import InputError
from engine.ingest.faults import FaultList
from engine.ingest.limits import passed
from engine.messages import Language
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.records import Stored

TRIAL = ""  # source of copy that was typed in to be tried: it says nothing about what is to run


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One row as it came in: the item to screen, every column beside it, and what the file heads our columns with."""

    item: CopyItem
    given: Mapping[str, Any]
    titles: Mapping[str, str] = field(default_factory=dict)


def check_copy(
    account: AccountStore,
    rows: Sequence[CopyRow],
    source: str = TRIAL,
    on: date | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[Stored, list[Screening]]:
    """Screens ``rows`` under the law of ``on``, else of today, and keeps the answer. The same answer is kept once.

    Raises FileFaults with every row whose product is unknown or whose text is missing or too long, or for a batch
    over the limit.
    """
    from compliance.rewrites.drafting import with_rewrites
    from compliance.screening import screen

    _check_limits(rows, source)
    day = on or today()
    screenings = with_rewrites(screen([row.item for row in rows], day, on_progress), day)
    return keep_screening(account, screenings, source, on), screenings


def _check_limits(rows: Sequence[CopyRow], source: str) -> None:
    """The limits of a file hold at every door: for copy that was typed in or sent as JSON too."""
    limits, faults = settings(), FaultList(source or "copy")
    if len(rows) > limits.max_copy_rows:
        raise faults.stop(passed(limits, "max_copy_rows", len(rows)))
    for number, row in enumerate(rows, start=1):
        if len(row.item.text) > limits.max_copy_chars:
            faults.add(passed(limits, "max_copy_chars", len(row.item.text)), row=number, column="text")
    faults.raise_any()


def keep_screening(
    account: AccountStore, screenings: Sequence[Screening], source: str, on: date | None = None
) -> Stored:
    """Keeps the answer to one batch of copy."""
    return account.put("screening", said(lambda language: screening_document(screenings, source, on, language)))


def screening_document(
    screenings: Sequence[Screening], source: str, on: date | None, language: Language
) -> dict[str, Any]:
    """One batch of copy with its verdicts, in one language."""
    counts = {verdict.value: 0 for verdict in Verdict}
    for one in screenings:
        counts[one.verdict.value] += 1
    return {
        "source": source,
        "on": on.isoformat() if on else None,
        "counts": counts,
        "rows": [screening_row(one, language) for one in screenings],
    }


def screening_row(one: Screening, language: Language) -> dict[str, Any]:
    """One row of the answer: the text and what was found in it."""
    return {"text": one.item.text} | one.as_dict(language)


def screened_row(account: AccountStore, check: str, row_id: str) -> tuple[str, str]:
    """Text and product category of one row of a kept check. NotFoundError for no such check, InputError for no row."""
    stored = account.get("screening", check)
    rows = {row["row_id"]: row for row in stored.document["zh-TW"]["rows"]}
    if row_id not in rows:
        known = ", ".join([*rows][:10]) + (" …" if len(rows) > 10 else "")
        raise InputError("compliance.learn.no_row", check=stored.short_id, row=row_id[:40], known=known)
    return rows[row_id]["text"], rows[row_id]["product"]


def undecided_blocks(account: AccountStore) -> int:
    """How many rows of copy are blocked in the latest check of each file, and so undecided; trials do not count."""
    seen: set[str] = set()
    blocked = 0
    for stored in account.list("screening", limit=200):
        document = stored.document["zh-TW"]
        if document["source"] == TRIAL or document["source"] in seen:
            continue
        seen.add(document["source"])
        blocked += document["counts"][Verdict.BLOCK.value]
    return blocked
