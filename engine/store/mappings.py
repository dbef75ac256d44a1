"""Decides how a person's reading of unknown headers is remembered: by the fingerprint of the header row."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.audit import record_act
from engine.store.tables import HeaderMap
from engine.store.tenancy import TENANT
from engine.vocabulary import content_hash


def remember(session: Session, fingerprint: str, platform: str, mapping: Mapping[str, str], actor: str) -> None:
    """Writes a mapping down; the same one again adds nothing, another one stands above the old."""
    identity = content_hash([fingerprint, platform, dict(mapping)])
    newest = _newest(session, fingerprint)
    if newest is None or newest.id != identity:
        session.add(
            HeaderMap(
                id=identity,
                fingerprint=fingerprint,
                platform=platform,
                mapping=dict(mapping),
                tenant=session.info[TENANT],
                actor=actor,
            )
        )
        session.flush()
        record_act(session, actor, "mapping.remembered", f"mapping:{identity}", columns=len(mapping))


def recall(session: Session, fingerprint: str) -> Mapping[str, str] | None:
    """The newest mapping of a header row."""
    newest = _newest(session, fingerprint)
    return None if newest is None else newest.mapping


def _newest(session: Session, fingerprint: str) -> HeaderMap | None:
    return session.execute(
        select(HeaderMap).where(HeaderMap.fingerprint == fingerprint).order_by(HeaderMap.pk.desc()).limit(1)
    ).scalar_one_or_none()
