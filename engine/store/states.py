"""Decides how states of entities are kept: what each was told to be, from which day on, and when it last changed.

A state told for a day takes its place between those told before and after it, as a late file of facts does. An export
tells all there is of an entity; a person tells some of it, and what they leave out stays what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.money import MICROS
from engine.store.acting import Acting
from engine.store.audit import hold, record_act
from engine.store.bulk import parts
from engine.store.tables.life import EntityState
from engine.store.tenancy import TENANT
from engine.store.types import OPEN_DAY, day_to_int, int_to_day
from engine.vocabulary import content_hash

Status = Literal["active", "paused", "removed", "ended"]
StateSource = Literal["export", "person"]
COLUMNS = (
    "platform", "account_id", "level", "id", "name", "campaign_name", "ad_group_name", "status", "learning", "review",
    "review_reason", "daily_budget", "bid", "final_url", "traits", "source", "known_from", "changed_on",
)  # fmt: skip

VALUES = (
    "account_id", "external_id", "name", "campaign_name", "ad_group_name", "status", "learning", "review",
    "review_reason", "daily_budget", "bid", "final_url", "traits",
)  # fmt: skip
AMOUNTS = ("daily_budget", "bid")


@dataclass(frozen=True, slots=True)
class StateRow:
    """What one entity is told to be. Money in units of the account's currency; ``review`` as the platform has it.

    ``traits``: cells of its row that a bulk-edit file must repeat, by header. ``apart``: what tells it from another
    entity of the same names, where neither has an id.
    """

    platform: str
    level: str
    name: str
    status: Status
    external_id: str = ""
    account_id: str = ""
    campaign_name: str = ""
    ad_group_name: str = ""
    learning: bool | None = None
    review: str = ""
    review_reason: str = ""
    daily_budget: Decimal | None = None
    bid: Decimal | None = None
    final_url: str = ""
    traits: Mapping[str, str] = field(default_factory=dict)
    apart: str = ""

    @property
    def id(self) -> str:
        """Names the entity: its platform id where there is one, else its account and names."""
        if self.external_id:
            return content_hash(["state", self.platform, self.level, self.external_id])
        names = [self.account_id, self.campaign_name, self.ad_group_name, self.name]
        return content_hash(["state", self.platform, self.level, *names, *filter(None, [self.apart])])


@dataclass(frozen=True, slots=True)
class Marking:
    """How many entities a table of states told something new of, and of how many the same as before."""

    new: int
    unchanged: int


class AccountStates:
    """What the entities of one account were told to be."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def mark(self, rows: Sequence[StateRow], known_from: date, source: StateSource) -> Marking:
        """Keeps what is told of some entities from a day on; the same again changes nothing."""
        with self._acting.write() as session:
            return _mark(session, rows, known_from, source, self._acting.actor)

    def known(self, known_on: date) -> pd.DataFrame:
        """The state of every entity as known on a day: one row each, columns ``COLUMNS``, money in units.

        ``changed_on`` is the day on which its bid, its budget or its start was last seen to change; empty where that
        was never seen.
        """
        with self._acting.read() as session:
            return _known(session, known_on)


def _mark(session: Session, rows: Sequence[StateRow], known_from: date, source: str, actor: str) -> Marking:
    hold(session)
    told = {row.id: row for row in rows}
    day, new = day_to_int(known_from), 0
    versions = _versions(session, list(told))
    for identity, row in told.items():
        new += _place(session, row, versions[identity], day, source, actor)
    if new:
        subject = f"states:{known_from.isoformat()}"
        record_act(session, actor, "states.marked", subject, new=new, unchanged=len(told) - new, source=source)
    return Marking(new, len(told) - new)


def _place(session: Session, row: StateRow, versions: Sequence[EntityState], day: int, source: str, actor: str) -> bool:
    """Writes one state unless it says what is known for that day already."""
    holding = next((one for one in versions if one.known_from <= day < one.known_to), None)
    wanted = _values(row)
    if holding is not None:
        if source == "person" and holding.known_from == day:
            wanted = _filled(wanted, _values_of(holding))  # of one day only the last word is read again
        said = _told(wanted) if source == "person" else wanted
        whole = holding.source == "export" or source == "person"
        if whole and all(getattr(holding, name) == value for name, value in said.items()):
            return False
    later = [one.known_from for one in versions if one.known_from > day]
    known_to = min(later, default=OPEN_DAY)
    if holding is not None:
        holding.known_to = day
        session.flush()  # of two standing rows the index would refuse the second
    session.add(
        EntityState(
            **wanted, id=row.id, platform=row.platform, level=row.level, source=source, known_from=day,
            known_to=known_to, tenant=session.info[TENANT], actor=actor,
        )
    )  # fmt: skip
    return True


def _values(row: StateRow) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(row, name) for name in VALUES}
    return told | {name: _micros(getattr(row, name)) for name in AMOUNTS} | {"traits": dict(row.traits)}


def _micros(amount: Decimal | None) -> int | None:
    return None if amount is None else int((amount * MICROS).to_integral_value())


def _versions(session: Session, ids: Sequence[str]) -> defaultdict[str, list[EntityState]]:
    found: defaultdict[str, list[EntityState]] = defaultdict(list)
    for part in parts(ids):
        statement = select(EntityState).where(EntityState.id.in_(part)).order_by(EntityState.pk)
        for row in session.execute(statement).scalars():
            found[row.id].append(row)
    return found


def _known(session: Session, known_on: date) -> pd.DataFrame:
    day = day_to_int(known_on)
    statement = (
        select(EntityState)
        .where(EntityState.known_from <= day, EntityState.known_to > EntityState.known_from)
        .order_by(EntityState.id, EntityState.known_from)
    )
    rows = list(_latest(session.execute(statement).scalars()))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _latest(rows: Iterable[EntityState]) -> Iterator[dict[str, Any]]:
    """What every entity was told to be last, with the day from which its bid, budget and start are what they are."""
    for _, versions in groupby(rows, key=lambda row: row.id):
        now: dict[str, Any] = {}
        amounts: dict[str, int] = {}
        changed: int | None = None
        for row in versions:
            before, now = now, _filled(_values_of(row), now) if row.source == "person" else _values_of(row)
            known = {name: now[name] for name in AMOUNTS if now[name] is not None}
            # An amount that was not told, or is told for the first time, was not seen to change.
            if _started(before, now) or any(amounts.get(name, value) != value for name, value in known.items()):
                changed = row.known_from
            amounts |= known
        yield _row(row, now, changed)


def _values_of(row: EntityState) -> dict[str, Any]:
    return {name: getattr(row, name) for name in VALUES}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value not in ("", {})}


def _filled(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    return dict(values) | dict(before) | _told(values)


def _started(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return bool(before) and after["status"] == "active" != before["status"]


def _row(row: EntityState, values: Mapping[str, Any], changed: int | None) -> dict[str, Any]:
    told = {name: value for name, value in values.items() if name not in ("external_id", *AMOUNTS)}
    for name in AMOUNTS:
        told[name] = None if values[name] is None else values[name] / MICROS
    named = {"platform": row.platform, "level": row.level, "source": row.source, "id": values["external_id"]}
    days = {"known_from": int_to_day(row.known_from), "changed_on": None if changed is None else int_to_day(changed)}
    return told | named | days
