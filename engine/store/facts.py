"""Decides how versions of facts are found, ended, begun and resumed in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from engine.store.batch import Batch
from engine.store.bulk import Progress, insert_rows, read_columns, slices
from engine.store.history import Plan, Rows
from engine.store.measures import MEASURES, NONE, to_values
from engine.store.tables import Fact, Import
from engine.store.types import Ints

_KEY = ("scope_pk", "entity_pk", "date_day", "period_end", "occurrence")


@dataclass(frozen=True, slots=True)
class Standing:
    """The versions that hold on a day, with the number, import and file row of each."""

    pk: Ints
    import_pk: Ints
    source_row: Ints
    rows: Rows


def measure_columns() -> list[ColumnElement[Any]]:
    """Every measure as a whole number; NONE where nothing was measured."""
    return [func.coalesce(getattr(Fact, name), NONE).label(name) for name in MEASURES]


def standing_facts(session: Session, scopes: Sequence[int], first_day: int, last_day: int, on: int) -> Standing:
    """The versions that hold on day ``on`` in these scopes and wholly inside these days."""
    names = ("pk", "import_pk", "source_row", "known_to", *_KEY)
    found = read_columns(
        session,
        select(*(getattr(Fact, name) for name in names), *measure_columns())
        .where(Fact.scope_pk.in_(scopes), Fact.date_day >= first_day, Fact.period_end <= last_day)
        .where(Fact.known_from <= on, Fact.known_to > on),
    )
    return Standing(
        pk=found["pk"],
        import_pk=found["import_pk"],
        source_row=found["source_row"],
        rows=Rows(
            scope=found["scope_pk"],
            entity=found["entity_pk"],
            date_day=found["date_day"],
            period_end=found["period_end"],
            occurrence=found["occurrence"],
            known_to=found["known_to"],
            measures={name: found[name] for name in MEASURES},
        ),
    )


def end_versions(session: Session, pks: Ints, on: int, on_rows: Progress) -> None:
    """Closes versions on day ``on``: from then on they are what was known before."""
    for part in slices(pks):
        session.execute(
            update(Fact).where(Fact.pk.in_(part)).values(known_to=on),
            execution_options={"synchronize_session": False},
        )
        on_rows(len(part))


def begin_versions(session: Session, batch: Batch, rows: Rows, plan: Plan, done: Import, on_rows: Progress) -> None:
    """Writes the rows of a file that are new or restated, in the order the index keeps them."""
    order = np.lexsort((rows.entity[plan.begin], rows.date_day[plan.begin], rows.scope[plan.begin]))
    chosen = plan.begin[order]
    columns = _columns(rows, chosen)
    columns["known_to"] = rows.known_to[chosen].tolist()
    columns["source_row"] = batch.source_row[chosen].tolist()
    same = {"import_pk": done.pk, "known_from": done.received_on, "actor": done.actor}
    insert_rows(session, Fact, columns, same, on_rows)


def resume_versions(session: Session, standing: Standing, plan: Plan, actor: str, on_rows: Progress) -> None:
    """Writes again what a later file said already, from the day it was received."""
    columns = _columns(standing.rows, plan.resume)
    columns["known_from"] = plan.resume_from.tolist()
    columns["known_to"] = standing.rows.known_to[plan.resume].tolist()
    columns["source_row"] = standing.source_row[plan.resume].tolist()
    columns["import_pk"] = standing.import_pk[plan.resume].tolist()
    insert_rows(session, Fact, columns, {"actor": actor}, on_rows)


def _columns(rows: Rows, chosen: Ints) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "scope_pk": rows.scope[chosen].tolist(),
        "entity_pk": rows.entity[chosen].tolist(),
        "date_day": rows.date_day[chosen].tolist(),
        "period_end": rows.period_end[chosen].tolist(),
        "occurrence": rows.occurrence[chosen].tolist(),
    }
    return columns | {name: to_values(rows.measures[name][chosen]) for name in MEASURES}
