"""Decides what is kept of the accounts on the platforms: credit, a month's budget, when an access token expires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from api.services.account_rules import newest_on, put_newest
from engine.errors import InputError
from engine.store.account import AccountStore
from engine.store.records import Stored


@dataclass(frozen=True, slots=True)
class Registered:
    """One account on one platform; without an id it is every account there. Money in units of its currency.

    ``credit_left`` is what was left on the morning of ``credit_on``. No token is kept, only the day it expires.
    """

    platform: str
    account_id: str = ""
    credit_left: Decimal | None = None
    credit_on: date | None = None
    monthly_budget: Decimal | None = None
    token_expires_on: date | None = None
    token_alert_days: int | None = None

    def told(self) -> dict[str, Any]:
        """What is told, as the rules read it: amounts as numbers, days as text."""
        said = {name: value for name, value in asdict(self).items() if name not in ("platform", "account_id")}
        return {name: plain(value) for name, value in said.items()}


def plain(value: Decimal | date | int | None) -> float | str | int | None:
    """A value as a document keeps it."""
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def set_registry(account: AccountStore, entries: Sequence[Registered], start: date) -> Stored:
    """Keeps the whole registry from ``start`` on, in place of what held before.

    Raises InputError for an account that stands twice, or that tells half of what belongs together, all at once.
    """
    _check(entries)
    ordered = sorted(entries, key=lambda one: (one.platform, one.account_id))
    accounts = [{"platform": one.platform, "account_id": one.account_id, **one.told()} for one in ordered]
    return put_newest(account, "registry", {"accounts": accounts, "valid_from": start.isoformat()})


def _check(entries: Sequence[Registered]) -> None:
    names = [(one.platform, one.account_id) for one in entries]
    wrong = sorted({f"{p}/{a or '—'}" for p, a in names if names.count((p, a)) > 1})
    if wrong:
        raise InputError("api.registry.twice", accounts="、".join(wrong))
    halves = [f"{one.platform}/{one.account_id or '—'}" for one in entries if _is_half(one)]
    if halves:
        raise InputError("api.registry.half", accounts="、".join(halves))


def _is_half(one: Registered) -> bool:
    told = one.credit_left is not None or one.monthly_budget is not None or one.token_expires_on is not None
    credit = (one.credit_left is None) != (one.credit_on is None)
    return not told or credit or (one.token_alert_days is not None and one.token_expires_on is None)


def registry_on(account: AccountStore, on: date) -> Stored | None:
    """The registry that holds on a day; None where none was set by then."""
    return newest_on(account, "registry", on)


def registry_document(account: AccountStore, on: date) -> dict[str, Any]:
    """The same as every door answers it, also where none was set."""
    kept = registry_on(account, on)
    return dict(kept.document) if kept is not None else {"accounts": [], "valid_from": None}


def registered_on(account: AccountStore, on: date) -> list[Registered]:
    """Its entries."""
    kept = registry_on(account, on)
    return [] if kept is None else [_entry(one) for one in kept.document["accounts"]]


def _entry(said: dict[str, Any]) -> Registered:
    return Registered(
        platform=said["platform"],
        account_id=said["account_id"],
        credit_left=_amount(said["credit_left"]),
        credit_on=_day(said["credit_on"]),
        monthly_budget=_amount(said["monthly_budget"]),
        token_expires_on=_day(said["token_expires_on"]),
        token_alert_days=said["token_alert_days"],
    )


def _amount(kept: float | None) -> Decimal | None:
    return None if kept is None else Decimal(str(kept))


def _day(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)
