"""Decides which targets and which policy hold for an account on a day: the newest that began by then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.store.account import AccountStore
from engine.store.decisions import require_person
from engine.store.records import Stored

if TYPE_CHECKING:
    from rules.applying import Policy
    from rules.judgement import Targets

_PAGE = 50


def set_targets(account: AccountStore, cpa: Mapping[str, float], roas: Mapping[str, float], start: date) -> Stored:
    """Keeps what conversions may cost and must bring from ``start`` on, by channel or platform."""
    document = {"target_cpa": dict(cpa), "target_roas": dict(roas), "valid_from": start.isoformat()}
    return put_newest(account, "targets", document)


def targets_on(account: AccountStore, on: date, known_by: datetime | None = None) -> Stored | None:
    """The targets that hold on a day, of those set until ``known_by`` if given; None where there are none."""
    return newest_on(account, "targets", on, known_by)


def rule_targets(account: AccountStore, on: date, known_by: datetime | None = None) -> Targets:
    """The same as the rules take them."""
    from rules.judgement import Targets

    kept = targets_on(account, on, known_by)
    if kept is None:
        return Targets()
    return Targets(target_cpa=kept.document["target_cpa"], target_roas=kept.document["target_roas"])


def set_policy(account: AccountStore, policy: Policy) -> Stored:
    """Keeps what may be approved without asking; without rules nothing is, which ends an earlier policy.

    Raises AccessError where the actor is no person, InputError for an unknown rule or a policy that ends too early.
    """
    from api.services.rule_packs import rules_on

    require_person(account.actor)
    known = {one.id for one in rules_on(account, policy.valid_from)}
    unknown = sorted(policy.rules - known)
    if unknown:
        raise InputError("api.policy.unknown_rules", rules="、".join(unknown), known="、".join(sorted(known)))
    if policy.valid_until < policy.valid_from:
        raise InputError("api.policy.ends_early", start=str(policy.valid_from), end=str(policy.valid_until))
    document = {
        "rules": sorted(policy.rules),
        "max_spend_share": policy.max_spend_share,
        "max_changes_per_day": policy.max_changes_per_day,
        "valid_from": policy.valid_from.isoformat(),
        "valid_until": policy.valid_until.isoformat(),
    }
    return put_newest(account, "policy", document)


def policy_on(account: AccountStore, on: date) -> Stored | None:
    """The policy that was set last among those that began by a day, over or not; None where there is none."""
    return newest_on(account, "policy", on)


def latest_policy(account: AccountStore) -> Stored | None:
    """The policy that was set last, even where it begins later; None where there is none."""
    return next(iter(account.list("policy", limit=1)), None)


def rule_policy(account: AccountStore, on: date) -> Policy | None:
    """The same as the rules take it; None where no rule may be approved without asking."""
    from rules.applying import Policy

    kept = policy_on(account, on)
    if kept is None or not kept.document["rules"]:
        return None
    said = kept.document
    return Policy(
        rules=frozenset(said["rules"]),
        max_spend_share=said["max_spend_share"],
        max_changes_per_day=said["max_changes_per_day"],
        valid_from=date.fromisoformat(said["valid_from"]),
        valid_until=date.fromisoformat(said["valid_until"]),
        id=kept.id,
    )


def put_newest(account: AccountStore, kind: str, document: Mapping[str, Any]) -> Stored:
    """What is set again after something else was set is a new document: the newest counts."""
    latest = next(iter(account.list(kind, limit=1)), None)
    if latest is not None and latest.document == document:
        return latest
    return account.put(kind, document, {"said": document, "after": latest.id if latest else None})


def newest_on(account: AccountStore, kind: str, on: date, known_by: datetime | None = None) -> Stored | None:
    """The document of a kind that was set last among those that began by a day; None where there is none.

    With ``known_by`` only what was set until that instant is looked at.
    """
    after: str | None = None
    while found := account.list(kind, limit=_PAGE, after=after):
        for stored in found:
            if known_by is not None and stored.created_at > known_by:
                continue
            if stored.document["valid_from"] <= on.isoformat():
                return stored
        after = found[-1].id
    return None
