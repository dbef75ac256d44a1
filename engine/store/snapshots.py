"""Decides what an account looked like on a day: every fact as it was known then, in one order, under one hash."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.snapshot import DIMENSIONS, Snapshot
from engine.store import places
from engine.store.batch import LABELS, TRAITS
from engine.store.bulk import read_columns
from engine.store.facts import measure_columns
from engine.store.measures import MEASURES, to_frame
from engine.store.tables import Entity, Fact, Import, Scope
from engine.store.types import Ints, day_to_int, int_to_day, ints_to_days

_BESIDE = ("attribution", "currency")
_TEXTS = (*DIMENSIONS, *_BESIDE, "id")


def latest_receipt(session: Session) -> date | None:
    """The last day on which a file was received."""
    latest = session.execute(select(func.max(Import.received_on))).scalar()
    return None if latest is None else int_to_day(latest)


def take_snapshot(session: Session, account: str, known_on: date, start: date | None, end: date | None) -> Snapshot:
    """The facts known on ``known_on`` that lie wholly between ``start`` and ``end``."""
    on = day_to_int(known_on)
    columns = (Fact.entity_pk, Fact.date_day, Fact.period_end, Fact.occurrence)
    statement = select(*columns, *measure_columns()).where(Fact.known_from <= on, Fact.known_to > on)
    if start is not None:
        statement = statement.where(Fact.date_day >= day_to_int(start))
    if end is not None:
        statement = statement.where(Fact.period_end <= day_to_int(end))
    found = read_columns(session, statement)
    texts, rank = _entities(session, on, found["entity_pk"])
    order = np.lexsort((found["occurrence"], found["period_end"], found["date_day"], rank))
    rank = rank[order]
    found = {name: column[order] for name, column in found.items()}
    words = {name: pd.array([line[place] for line in texts], dtype="str") for place, name in enumerate(_TEXTS)}
    data: dict[str, object] = {name: words[name].take(rank) for name in DIMENSIONS}
    data["date_day"] = ints_to_days(found["date_day"])
    data["period_end"] = ints_to_days(found["period_end"])
    data |= {name: words[name].take(rank) for name in _BESIDE}
    data |= {name: to_frame(found[name], name) for name in MEASURES}
    currencies = set(words["currency"]) - {""}
    return Snapshot(
        account=account,
        known_on=known_on,
        currency=currencies.pop() if len(currencies) == 1 else None,
        facts=pd.DataFrame(data),
        hash=_hash(texts, rank, found),
    )


def _entities(session: Session, on: int, used: Ints) -> tuple[list[tuple[str, ...]], Ints]:
    """The texts of every entity that has facts, in reading order, and for each fact its place among them."""
    place, distinct = pd.factorize(used)
    names = places.called(session, on)
    traits = [getattr(Entity, name) for name in TRAITS]
    scopes = (Scope.platform, Scope.account_id, Scope.grain, Scope.breakdown)
    rows = session.execute(select(Entity.pk, *traits, *scopes, Entity.id).join(Scope, Scope.pk == Entity.scope_pk))
    columns = [*rows.keys()][1:]
    wanted = set(distinct.tolist())
    lines = []
    for pk, *values in rows:
        if pk in wanted:
            known = dict(zip(columns, values, strict=True)) | dict(zip(LABELS, names[pk], strict=True))
            lines.append((tuple(str(known[name]) for name in _TEXTS), pk))
    lines.sort()
    rank_of = {pk: rank for rank, (_, pk) in enumerate(lines)}
    ranks = np.array([rank_of[pk] for pk in distinct.tolist()], dtype=np.int64)
    return [texts for texts, _ in lines], ranks[place]


def _hash(texts: list[tuple[str, ...]], rank: Ints, found: dict[str, Ints]) -> str:
    """SHA-256 over texts and numbers in their one order: equal content has an equal hash on any database."""
    digest = hashlib.sha256(json.dumps(texts).encode())
    for column in (rank, *(found[name] for name in ("date_day", "period_end", "occurrence", *MEASURES))):
        digest.update(np.ascontiguousarray(column, dtype="<i8").tobytes())
    return digest.hexdigest()
