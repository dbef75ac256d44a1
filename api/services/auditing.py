"""Decides against what an audit chain is checked: itself, and every end of it that a nightly report told."""

from __future__ import annotations

from typing import Any

from engine.store.account import AccountStore
from engine.store.audit import Act, Verdict

MOST_NIGHTS = 1_000


def verify_audit(account: AccountStore) -> Verdict:
    """Whether the account's chain holds, and still holds what its nights told of it."""
    heads: dict[int, str] = {}
    for stored in account.list("night", limit=MOST_NIGHTS):
        told = stored.document["en"].get("audit")
        if told is not None and told["seq"] > 0:
            heads[told["seq"]] = told["hash"]
    return account.audit.verify(heads)


def act_document(act: Act) -> dict[str, Any]:
    """One act, JSON-ready; the same from every door."""
    return {
        "seq": act.seq,
        "at": act.at.isoformat(),
        "actor": act.actor,
        "action": act.action,
        "subject": act.subject,
        "details": dict(act.details),
        "previous": act.previous,
        "hash": act.hash,
    }


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """What a check of a chain came to, JSON-ready."""
    broken = {"seq": verdict.broken.seq, "fault": verdict.broken.fault} if verdict.broken else None
    return {"holds": broken is None, "seq": verdict.head.seq, "head": verdict.head.hash, "broken": broken}
