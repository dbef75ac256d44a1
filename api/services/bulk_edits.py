"""Decides which approved changes go into a platform's bulk-edit file, and which a person has to make by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.bulk import google_ads_editor, meta
from api.bulk.edits import BulkForm, Edit, Row
from api.cells import csv_text
from api.services.entity_states import StateBook
from api.services.recommendations import change_in, document_of
from api.services.screenings import undecided_blocks
from engine.messages import Language, Message, render
from engine.store.account import AccountStore
from engine.store.lives import Life
from engine.store.steps import WantedStep

FORMS: Mapping[str, BulkForm] = {form.platform: form for form in (google_ads_editor.FORM, meta.FORM)}
WAITING = ("approved", "auto_approved", "exported")


@dataclass(slots=True)
class BulkFile:
    """One platform's file: its rows, and beside it what cannot be in it with the reason."""

    platform: str
    on: date
    rows: list[Row] = field(default_factory=list)
    written: list[Life] = field(default_factory=list)
    by_hand: list[tuple[Life, Message]] = field(default_factory=list)

    @property
    def form(self) -> BulkForm | None:
        """The form of the platform's file; None where no such form is known."""
        return FORMS.get(self.platform)

    @property
    def name(self) -> str | None:
        """What the file is called; None where there is none."""
        return f"bulk-edit-{self.platform}-{self.on.isoformat()}.csv" if self.rows else None

    @property
    def content(self) -> str | None:
        """The CSV; None where there is no row."""
        return csv_text(self.form.columns, self.rows) if self.form is not None and self.rows else None

    def as_dict(self, language: Language) -> dict[str, Any]:
        """JSON-ready: the file as text, what to do by hand, and how the file is taken in."""
        helped = self.platform if self.form is not None else "none"
        return {
            "platform": self.platform,
            "file": self.name,
            "content": self.content,
            "written": [life.stored.short_id for life in self.written],
            "by_hand": [_line(life, why, language) for life, why in self.by_hand],
            "help": render(Message(f"api.bulk.help.{helped}"), language),
        }


def _line(life: Life, why: Message, language: Language) -> dict[str, Any]:
    document = life.stored.document[language]
    change = document.get("change")
    return {
        "id": life.id,
        "short_id": life.stored.short_id,
        "level": life.level,
        "name": document["name"],
        "action": life.action,
        "change": change,
        "reason": render(why, language),
    }


def bulk_file(account: AccountStore, platform: str, on: date, names: Sequence[str] = ()) -> BulkFile:
    """The file of a platform's approved changes (of those named, if any are), each marked as exported.

    What is withheld is in no file. One that was exported before is in it again until it is applied. A change of a
    value that is no longer what it was is left to a person; so is more delivery while blocked copy is undecided.
    """
    out, book = BulkFile(platform, on), StateBook(account.states.known(on))
    form, blocked = out.form, undecided_blocks(account)
    wanted = {account.recommendations.read(name).id for name in names}
    for life in account.recommendations.standing(*WAITING, platform=platform):
        if wanted and life.id not in wanted:
            continue
        row = _row(life, form, blocked, book)
        if isinstance(row, Message):
            out.by_hand.append((life, row))
        else:
            out.rows.append(row)
            out.written.append(life)
    for life in out.written:
        account.recommendations.take(life.id, WantedStep("exported", on, "person"))
    return out


def _row(life: Life, form: BulkForm | None, blocked: int, book: StateBook) -> Row | Message:
    """The row of one change, or why a person has to make it; ``blocked`` counts undecided blocking findings."""
    from rules.actions import SPENDS_MORE
    from rules.applying import stale

    document, change = document_of(life), change_in(life)
    if form is None:
        return Message("api.bulk.no_form")
    if change is None:
        return Message("api.bulk.no_change")
    if life.action in SPENDS_MORE and blocked:
        return Message("api.bulk.blocked_copy", {"count": blocked})
    refused = stale(change, book.values(document))
    if refused is not None:
        return refused
    traits = (book.row(document) or {}).get("traits") or {}
    return form.row_of(Edit(life.level, change.field, change.after, document["ids"], document["names"], traits))
