"""Decides how documents are kept under their content hash: written once, found by hash or short id, listed by age."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import InputError, NotFoundError
from engine.store.audit import record_act
from engine.store.tables import KINDS, Record
from engine.store.tenancy import TENANT
from engine.vocabulary import content_hash


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was kept."""

    id: str
    short_id: str
    kind: str
    created_at: datetime
    actor: str
    document: dict[str, Any]


def put_record(
    session: Session, kind: str, document: Mapping[str, Any], key: Mapping[str, Any] | None, actor: str
) -> Stored:
    """Keeps a document; the same content (or the same key, when one is given) is kept once and given back."""
    prefix, table = known_kind(kind)
    content = plain(document)
    identity = content_hash(content if key is None else plain(key))
    existing = session.execute(select(table).where(table.id == identity)).scalar_one_or_none()
    if existing is not None:
        return _stored(kind, existing)
    row = table()
    row.id, row.short_id = identity, _free_short_id(session, table, prefix, identity)
    row.document, row.tenant, row.actor = content, session.info[TENANT], actor
    session.add(row)
    session.flush()
    record_act(session, actor, f"{kind}.kept", f"{kind}:{identity}")
    return _stored(kind, row)


def get_record(session: Session, kind: str, name: str) -> Stored:
    """The document with this hash or short id; NotFoundError where this account has none."""
    _, table = known_kind(kind)
    by_short_id, identity = named(kind, name)
    wanted = (table.short_id if by_short_id else table.id) == identity
    row = session.execute(select(table).where(wanted)).scalar_one_or_none()
    if row is None:
        raise NotFoundError("engine.store.not_found", kind=kind, id=name[:80])
    return _stored(kind, row)


def named(kind: str, name: str) -> tuple[bool, str]:
    """Whether a name is a short id, and the name as it is kept. NotFoundError where it can be no name of the kind."""
    prefix, _ = known_kind(kind)
    form = re.fullmatch(rf"(?P<short>{prefix}-)?(?P<letters>[0-9a-f]{{6,64}})", name.strip(), re.IGNORECASE | re.ASCII)
    if form is None:
        raise NotFoundError("engine.store.not_found", kind=kind, id=name[:80])
    letters = form["letters"].lower()
    return (True, f"{prefix}-{letters}") if form["short"] else (False, letters)


def list_records(
    session: Session, kind: str, limit: int, after: str | None, where: Mapping[tuple[str, ...], str] | None = None
) -> list[Stored]:
    """Documents of a kind, newest first; ``after`` is the id of the last one already seen.

    ``where`` keeps those that hold a text at a place, such as ``{("zh-TW", "origin"): "night"}``.
    """
    _, table = known_kind(kind)
    statement = select(table).order_by(table.pk.desc()).limit(limit)
    if after is not None:
        seen = get_record(session, kind, after)
        statement = statement.where(table.pk < select(table.pk).where(table.id == seen.id).scalar_subquery())
    for place, text in (where or {}).items():
        statement = statement.where(table.document[place].as_string() == text)
    return [_stored(kind, row) for row in session.execute(statement).scalars()]


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as JSON holds it: dates and decimals as text, keys as text; NaN is refused."""
    kept: dict[str, Any] = json.loads(as_text(document))
    return kept


def as_text(document: Mapping[str, Any]) -> str:
    """The text that a document is kept as. InputError where it holds what JSON cannot."""
    try:
        return json.dumps(document, default=str, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError("engine.store.no_document_value", detail=str(error)) from error


def plain_text(document: Mapping[str, Any]) -> str:
    """``as_text`` of what JSON can hold as it is, at a tenth of the time; a number that is not finite is null."""
    try:
        return orjson.dumps(document).decode()
    except TypeError as error:
        raise InputError("engine.store.no_document_value", detail=str(error)) from error


def known_kind(kind: str) -> tuple[str, type[Record]]:
    """The prefix and the table of a kind of document. InputError where there is none of that name."""
    try:
        return KINDS[kind]
    except KeyError as error:
        raise InputError("engine.store.kind_unknown", kind=kind, kinds=", ".join(KINDS)) from error


def _free_short_id(session: Session, table: type[Record], prefix: str, identity: str) -> str:
    """``P-7f3a9c``; longer by two letters as long as another document has that one."""
    taken = set(
        session.execute(select(table.short_id).where(table.short_id.startswith(f"{prefix}-{identity[:6]}"))).scalars()
    )
    return next(short for length in range(6, 66, 2) if (short := f"{prefix}-{identity[:length]}") not in taken)


def _stored(kind: str, row: Record) -> Stored:
    return Stored(row.id, row.short_id, kind, row.created_at, row.actor, row.document)
