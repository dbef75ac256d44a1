"""Decides what an account looked like on a day: every fact as it was known then, in one order, under one hash."""

from __future__ import annotations

import hashlib
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.snapshot import DIMENSIONS, Snapshot
from engine.store import places
from engine.store.batch import TRAITS
from engine.store.bulk import read_columns
from engine.store.facts import measure_columns
from engine.store.measures import MEASURES, to_frame
from engine.store.tables import Entity, Fact, Import, Scope
from engine.store.types import Ints, day_to_int, int_to_day, ints_to_days

_BESIDE = ("attribution", "currency")
_ORDER = [*DIMENSIONS, *_BESIDE, "id"]


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
    entities, rank = _entities(session, on, found["entity_pk"])
    order = np.lexsort((found["occurrence"], found["period_end"], found["date_day"], rank))
    rank = rank[order]
    found = {name: column[order] for name, column in found.items()}
    data: dict[str, object] = {name: entities[name].take(rank).array for name in DIMENSIONS}
    data["date_day"] = ints_to_days(found["date_day"])
    data["period_end"] = ints_to_days(found["period_end"])
    data |= {name: entities[name].take(rank).array for name in _BESIDE}
    data |= {name: to_frame(found[name], name) for name in MEASURES}
    currencies = [text for text in entities["currency"].unique() if text]
    return Snapshot(
        account=account,
        known_on=known_on,
        currency=currencies[0] if len(currencies) == 1 else None,
        facts=pd.DataFrame(data),
        hash=_hash(entities, rank, found),
    )


def _entities(session: Session, on: int, used: Ints) -> tuple[pd.DataFrame, Ints]:
    """The entities that have facts, in reading order, and for each fact its place among them."""
    traits = [getattr(Entity, name) for name in TRAITS]
    scopes = (Scope.platform, Scope.account_id, Scope.grain, Scope.breakdown)
    rows = session.execute(select(Entity.pk, Entity.id, *traits, *scopes).join(Scope, Scope.pk == Entity.scope_pk))
    every = pd.DataFrame(rows.all(), columns=list(rows.keys()))
    place, distinct = pd.factorize(used)
    chosen = every.loc[every["pk"].isin(distinct)]
    named = chosen.merge(places.labels(session, on), left_on="pk", right_on="entity_pk", how="left")
    texts = named.astype(dict.fromkeys(_ORDER, "str")).sort_values(_ORDER, kind="stable").reset_index(drop=True)
    rank_of = pd.Index(texts["pk"]).get_indexer(pd.Index(distinct))
    return texts[_ORDER], np.asarray(rank_of, dtype=np.int64)[place]


def _hash(entities: pd.DataFrame, rank: Ints, found: dict[str, Ints]) -> str:
    """SHA-256 over names and numbers in their one order: equal content has an equal hash on any database."""
    digest = hashlib.sha256()
    digest.update(entities.to_json(orient="values", force_ascii=False).encode("utf-8", "surrogatepass"))
    for column in (rank, *(found[name] for name in ("date_day", "period_end", "occurrence", *MEASURES))):
        digest.update(np.ascontiguousarray(column, dtype="<i8").tobytes())
    return digest.hexdigest()
