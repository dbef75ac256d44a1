"""Decides what is known of the state of an entity, and which recommendations a new state shows to be carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from api.dates import today
from engine.errors import InputError
from engine.store.account import AccountStore
from engine.store.states import Marking, StateRow, StateSource
from engine.store.steps import WantedStep

FIELDS = ("status", "bid", "daily_budget")


class StateBook:
    """The states known on a day, found by the platform's id or else by names."""

    def __init__(self, known: pd.DataFrame) -> None:
        self._by_id: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._by_name: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in known.to_dict("records"):
            told: dict[str, Any] = {str(name): None if _missing(value) else value for name, value in row.items()}
            if told["id"]:
                self._by_id[told["platform"], told["level"], told["id"]] = told
            path = (told["platform"], told["level"], told["campaign_name"], told["ad_group_name"], told["name"])
            self._by_name.setdefault(path, []).append(told)

    def row(self, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The state of a recommendation's entity; None where none is told, or where a name is that of several."""
        level, ids, names = document["level"], document["ids"], document["names"]
        if level in ids and (document["platform"], level, ids[level]) in self._by_id:
            return self._by_id[document["platform"], level, ids[level]]
        above = (names.get("campaign", ""), names.get("ad_group", ""))
        upper = {"campaign": ("", ""), "ad_group": (above[0], ""), "ad": above}.get(level, ("", ""))
        found = self._by_name.get((document["platform"], level, *upper, names.get(level, "")), [])
        account = ids.get("account", "")
        fitting = [one for one in found if not one["account_id"] or not account or one["account_id"] == account]
        return fitting[0] if len(fitting) == 1 else None

    def values(self, document: Mapping[str, Any]) -> Mapping[str, str | None] | None:
        """Status, bid and daily budget as text."""
        row = self.row(document)
        return None if row is None else {name: _text(row[name]) for name in FIELDS}


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return f"{Decimal(str(value)).normalize():f}"


@dataclass(frozen=True, slots=True)
class Marked:
    """What a table of states told, and which recommendations it shows to be carried out, by short id."""

    told: Marking
    applied: tuple[str, ...]


def mark_states(account: AccountStore, rows: Sequence[StateRow], on: date, source: StateSource) -> Marked:
    """Keeps states told for a day, and marks approved recommendations whose change they show.

    Raises InputError for a row that names nothing, or of a day that is not here yet.
    """
    nameless = [number for number, row in enumerate(rows, start=1) if not row.external_id and not row.name]
    if nameless:
        raise InputError("api.states.nameless", rows=", ".join(map(str, nameless[:10])), count=len(nameless))
    if on > today():
        raise InputError("api.states.not_yet", on=on.isoformat())
    told = account.states.mark(rows, on, source)
    return Marked(told, tuple(_mark_seen(account, on)))


def _mark_seen(account: AccountStore, on: date) -> list[str]:
    from api.services.recommendations import change_in, document_of, sides
    from rules.applying import seen_applied

    book = StateBook(account.states.known(on))
    seen = []
    for life in account.recommendations.standing("approved", "auto_approved", "exported"):
        change, row = change_in(life), book.row(document_of(life))
        approved = next(step.on for step in life.steps if step.step in ("approved", "auto_approved"))
        # A state told before the approval shows what was there already, not what was made of it.
        if change is None or row is None or row["known_from"] < approved:
            continue
        if seen_applied(change, book.values(document_of(life))):
            before, after = sides(change)
            account.recommendations.take(life.id, WantedStep("applied", on, "state", before, after))
            seen.append(life.stored.short_id)
    return seen
