"""Decides what happens when a file is handed in: nothing if it is known, else its place in history, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.store import facts, places
from engine.store.audit import Held, hold, record_act
from engine.store.batch import Batch
from engine.store.history import Cover, Rows, known_until, plan
from engine.store.reading import Report, identity, summary
from engine.store.tables import Coverage, Import
from engine.store.types import Ints, day_to_int, int_to_day
from engine.vocabulary import content_hash

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import changed; ``already_imported`` changed nothing."""

    import_id: str
    status: Literal["imported", "already_imported"]
    rows_new: int
    rows_restated: int
    rows_unchanged: int
    rows_withdrawn: int


@dataclass(frozen=True, slots=True)
class StoredImport:
    """One file received on one day."""

    import_id: str
    file: str
    sha256: str
    received_on: date
    created_at: datetime
    actor: str
    rows_new: int
    rows_restated: int
    rows_unchanged: int
    rows_withdrawn: int
    summary: dict[str, Any]


def list_imports(session: Session) -> list[StoredImport]:
    """Every import, in the order they were received."""
    rows = session.execute(select(Import).order_by(Import.received_on, Import.pk)).scalars()
    return [_stored(row) for row in rows]


def page_imports(session: Session, limit: int, after: str | None, platform: str | None) -> list[StoredImport]:
    """Imports, of one platform if given, the latest written first; ``after`` is the id of the last one already seen."""
    statement = select(Import).order_by(Import.pk.desc()).limit(limit)
    if after is not None:
        known = select(Import.pk).where(Import.id == after)
        seen = session.execute(known).scalar() if after.isprintable() else None
        if seen is None:
            raise NotFoundError("engine.store.not_found", kind="import", id=after[:80])
        statement = statement.where(Import.pk < seen)
    if platform is not None:
        statement = statement.where(Import.summary["platform"].as_string() == platform)
    return [_stored(row) for row in session.execute(statement).scalars()]


def _stored(row: Import) -> StoredImport:
    return StoredImport(
        import_id=row.id,
        file=row.file,
        sha256=row.sha256,
        received_on=int_to_day(row.received_on),
        created_at=row.created_at,
        actor=row.actor,
        rows_new=row.rows_new,
        rows_restated=row.rows_restated,
        rows_unchanged=row.rows_unchanged,
        rows_withdrawn=row.rows_withdrawn,
        summary=row.summary,
    )


def write_import(
    session: Session, batch: Batch, report: Report, received_on: date, actor: str, on_progress: OnProgress | None
) -> ImportOutcome:
    """Writes a file into the account's history."""
    account = hold(session)
    on = day_to_int(received_on)
    scopes = places.scope_keys(session, batch.scopes, actor)
    neighbours = _neighbours(session, batch, scopes)
    known = _already(neighbours, identity(report), on)
    if known is not None:
        return ImportOutcome(known, "already_imported", 0, 0, len(batch), 0)
    done = _open_import(session, account, report, on, actor)
    for scope in scopes.tolist():
        session.add(
            Coverage(
                import_pk=done.pk,
                scope_pk=scope,
                received_on=on,
                first_day=batch.first_day,
                last_day=batch.last_day,
                tenant=account.tenant,
                actor=actor,
            )
        )
    session.flush()
    entities = places.entity_keys(session, batch, scopes, actor)
    places.name_entities(session, batch, entities, done)
    later = [cover for cover, _, _ in neighbours if cover.received_on > on]
    _write_facts(session, batch, scopes, entities, later, done, on_progress)
    session.flush()
    counts = {"new": done.rows_new, "restated": done.rows_restated, "withdrawn": done.rows_withdrawn}
    record_act(session, actor, "import.recorded", f"import:{done.id}", **counts)
    return ImportOutcome(
        done.id, "imported", done.rows_new, done.rows_restated, done.rows_unchanged, done.rows_withdrawn
    )


def _neighbours(session: Session, batch: Batch, scopes: Ints) -> list[tuple[Cover, str, str]]:
    """Imports that speak about the same scopes and days, oldest first: cover, identity, id."""
    rows = session.execute(
        select(Coverage, Import.reading, Import.id)
        .join(Import, Import.pk == Coverage.import_pk)
        .where(Coverage.scope_pk.in_(scopes.tolist()))
        .where(Coverage.first_day <= batch.last_day, Coverage.last_day >= batch.first_day)
        .order_by(Coverage.received_on, Coverage.import_pk)
    )
    return [
        (Cover(cover.scope_pk, cover.first_day, cover.last_day, cover.received_on), reading, import_id)
        for cover, reading, import_id in rows
    ]


def _already(neighbours: list[tuple[Cover, str, str]], reading: str, on: int) -> str | None:
    """The import that makes this one idle: the same reading just before or just after, nothing else between."""
    before = [entry for entry in neighbours if entry[0].received_on <= on]
    after = [entry for entry in neighbours if entry[0].received_on > on]
    for entry in (*before[-1:], *after[:1]):
        if entry[1] == reading:
            return entry[2]
    return None


def _open_import(session: Session, account: Held, report: Report, on: int, actor: str) -> Import:
    reading = identity(report)
    times = session.execute(select(func.count()).select_from(Import).where(Import.reading == reading)).scalar_one()
    done = Import(
        id=content_hash([account.id, reading, on, times]),
        reading=reading,
        sha256=report.sha256,
        file=report.file,
        received_on=on,
        summary=summary(report),
        tenant=account.tenant,
        actor=actor,
    )
    session.add(done)
    session.flush()
    return done


def _write_facts(
    session: Session,
    batch: Batch,
    scopes: Ints,
    entities: Ints,
    later: list[Cover],
    done: Import,
    on_progress: OnProgress | None,
) -> None:
    scope = scopes[batch.scope]
    incoming = Rows(
        scope=scope,
        entity=entities[batch.entity],
        date_day=batch.date_day,
        period_end=batch.period_end,
        occurrence=batch.occurrence,
        known_to=known_until(scope, batch.date_day, batch.period_end, later),
        measures=batch.measures,
    )
    standing = facts.standing_facts(session, scopes.tolist(), batch.first_day, batch.last_day, done.received_on)
    rows = standing.rows
    changes = plan(incoming, rows, known_until(rows.scope, rows.date_day, rows.period_end, later))
    total = len(changes.end) + len(changes.begin) + len(changes.resume)
    written = np.zeros(1, dtype=np.int64)

    def on_rows(count: int) -> None:
        written[0] += count
        if on_progress is not None:
            on_progress(int(written[0]), total)

    facts.end_versions(session, standing.pk[changes.end], done.received_on, on_rows)
    facts.begin_versions(session, batch, incoming, changes, done, on_rows)
    facts.resume_versions(session, standing, changes, done.actor, on_rows)
    done.rows_new, done.rows_restated = changes.new, changes.restated
    done.rows_unchanged, done.rows_withdrawn = changes.unchanged, changes.withdrawn
