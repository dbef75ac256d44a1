"""Decides which numbers scopes and entities have in the database, and writes the ones it has not met before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.batch import LABELS, TRAITS, Batch, ScopeKey
from engine.store.bulk import insert_rows
from engine.store.tables import Entity, Import, Label, Scope
from engine.store.tenancy import TENANT
from engine.store.types import Ints


def scope_keys(session: Session, keys: tuple[ScopeKey, ...], actor: str) -> Ints:
    """The number of each scope; new ones are written."""
    found: dict[tuple[object, ...], int] = {
        (row.platform, row.account_id, row.grain, row.breakdown, row.daily): row.pk
        for row in session.execute(select(Scope)).scalars()
    }
    for key in keys:
        if key not in found:
            scope = Scope(**key._asdict(), tenant=session.info[TENANT], actor=actor)
            session.add(scope)
            session.flush()
            found[key] = scope.pk
    return np.array([found[key] for key in keys], dtype=np.int64)


def entity_keys(session: Session, batch: Batch, scopes: Ints, actor: str) -> Ints:
    """The number of each entity of the batch; new ones are written."""
    entities = batch.entities
    known = _known(session, scopes)
    unmet = entities.loc[~entities["id"].isin(known.keys())]
    if len(unmet):
        columns = {name: unmet[name].tolist() for name in ("id", *TRAITS)}
        columns["scope_pk"] = scopes[unmet["scope"].to_numpy()].tolist()
        insert_rows(session, Entity, columns, {"actor": actor})
        known = _known(session, scopes)
    return np.array([known[key] for key in entities["id"]], dtype=np.int64)


def name_entities(session: Session, batch: Batch, entities: Ints, done: Import) -> None:
    """Writes what entities are called in this file where that differs from what they were called until then.

    A name that the file does not carry is not forgotten.
    """
    names_until_then = called(session, done.received_on)
    nameless = ("",) * len(LABELS)
    written: list[tuple[object, ...]] = []
    for entity, *names in zip(entities.tolist(), *(batch.entities[name].tolist() for name in LABELS), strict=True):
        before = names_until_then.get(entity)
        after = tuple(name or old for name, old in zip(names, before or nameless, strict=True))
        if after != before:
            written.append((entity, *after))
    if written:
        columns = dict(zip(("entity_pk", *LABELS), zip(*written, strict=True), strict=True))
        same = {"import_pk": done.pk, "known_from": done.received_on, "actor": done.actor}
        insert_rows(session, Label, columns, same)


def _known(session: Session, scopes: Ints) -> Mapping[str, int]:
    rows = session.execute(select(Entity.id, Entity.pk).where(Entity.scope_pk.in_(scopes.tolist())))
    return {row.id: row.pk for row in rows}


def called(session: Session, on: int) -> Mapping[int, tuple[str, ...]]:
    """What each entity is called on a day: its newest label until then."""
    columns = (getattr(Label, name) for name in LABELS)
    rows = session.execute(
        select(Label.entity_pk, *columns).where(Label.known_from <= on).order_by(Label.known_from, Label.pk)
    )
    return {entity: tuple(names) for entity, *names in rows}
