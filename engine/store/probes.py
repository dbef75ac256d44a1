"""Decides how looks at landing pages are kept and read back, with what was known at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.store.acting import Acting
from engine.store.audit import record_act
from engine.store.tables.probes import Probe
from engine.store.tenancy import TENANT
from engine.vocabulary import content_hash


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a page: ``ok`` is None where nothing can be said, ``code`` None where no HTTP status came."""

    url: str
    at: datetime
    ok: bool | None
    code: int | None
    reason: str


def page_id(url: str) -> str:
    """The id of a page: the hash of its address."""
    return content_hash(["page", url])


class AccountProbes:
    """The looks at one account's landing pages."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def keep(self, looks: Sequence[Look]) -> None:
        """Adds looks; none leaves no trace."""
        if not looks:
            return
        with self._acting.write() as session:
            for one in looks:
                session.add(
                    Probe(
                        id=page_id(one.url), url=one.url, at=one.at, ok=one.ok, code=one.code, reason=one.reason,
                        tenant=session.info[TENANT], actor=self._acting.actor,
                    )
                )  # fmt: skip
            failed = sum(one.ok is False for one in looks)
            record_act(session, self._acting.actor, "pages.probed", pages=len(looks), failed=failed)

    def known(self, since: datetime, until: datetime) -> list[Look]:
        """The looks from ``since`` on and before ``until``, in the order of time."""
        statement = select(Probe).where(Probe.at >= since, Probe.at < until).order_by(Probe.at, Probe.pk)
        with self._acting.read() as session:
            return [Look(row.url, row.at, row.ok, row.code, row.reason) for row in session.execute(statement).scalars()]
