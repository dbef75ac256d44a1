"""Decides against what an audit chain is checked: itself, and every end of it that a nightly report told."""

from __future__ import annotations

from engine.store.account import AccountStore
from engine.store.audit import Verdict

MOST_NIGHTS = 1_000


def verify_audit(account: AccountStore) -> Verdict:
    """Whether the account's chain holds, and still holds what its nights told of it."""
    heads: dict[int, str] = {}
    for stored in account.list("night", limit=MOST_NIGHTS):
        told = stored.document["en"].get("audit")
        if told is not None and told["seq"] > 0:
            heads[told["seq"]] = told["hash"]
    return account.audit.verify(heads)
