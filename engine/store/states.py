"""Decides how states of entities are kept: what each was told to be, from which day on, and when it last changed.

A state told for a day takes its place between those told before and after it, as a late file of facts does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
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


@dataclass(frozen=True, slots=True)
class StateRow:
    """What one entity is told to be. Money in units of the account's currency; ``review`` as the platform has it.

    ``traits``: cells of its row that a bulk-edit file must repeat, by header.
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

    @property
    def id(self) -> str:
        """Names the entity: its platform id where there is one, else its account and names."""
        if self.external_id:
            return content_hash(["state", self.platform, self.level, self.external_id])
        names = [self.account_id, self.campaign_name, self.ad_group_name, self.name]
        return content_hash(["state", self.platform, self.level, *names])


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
    if holding is not None and all(getattr(holding, name) == value for name, value in wanted.items()):
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
    return {
        "account_id": row.account_id,
        "external_id": row.external_id,
        "name": row.name,
        "campaign_name": row.campaign_name,
        "ad_group_name": row.ad_group_name,
        "status": row.status,
        "learning": row.learning,
        "review": row.review,
        "review_reason": row.review_reason,
        "daily_budget": _micros(row.daily_budget),
        "bid": _micros(row.bid),
        "final_url": row.final_url,
        "traits": dict(row.traits),
    }


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
    """The last version of every entity, with the day from which its bid, budget and start are what they are."""
    before: EntityState | None = None
    changed: int | None = None
    for row in rows:
        if before is not None and before.id == row.id:
            changed = row.known_from if _restarts(before, row) else changed
        else:
            if before is not None:
                yield _row(before, changed)
            changed = None
        before = row
    if before is not None:
        yield _row(before, changed)


def _restarts(before: EntityState, after: EntityState) -> bool:
    moved = (before.bid, before.daily_budget) != (after.bid, after.daily_budget)
    return moved or (after.status == "active" != before.status)


def _row(row: EntityState, changed: int | None) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in COLUMNS if name not in ("id", "known_from", "changed_on")}
    for name in ("daily_budget", "bid"):
        told[name] = None if told[name] is None else told[name] / MICROS
    changed_on = None if changed is None else int_to_day(changed)
    return told | {"id": row.external_id, "known_from": int_to_day(row.known_from), "changed_on": changed_on}
