"""Decides which rules judge an account on a day: the shipped ones, with its own in their place or beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from api.services.account_rules import latest_policy, policy_on
from engine.errors import ConflictError, InputError, NotFoundError
from engine.messages import Message, Value
from engine.store.account import AccountStore
from engine.store.own_rules import OwnRule

if TYPE_CHECKING:
    from rules.loading import LoadedPack
    from rules.pack import RulePack
    from rules.previewing import Preview


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rules of a day, by id, and what is to be said about those that cannot be read any more."""

    packs: tuple[LoadedPack, ...]
    notices: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountRule:
    """One rule as it stands in an account; ``loaded`` is None where its text fits the form no more.

    ``text`` is what the account itself wrote, as kept last where the rule is off; empty for a shipped rule.
    """

    id: str
    loaded: LoadedPack | None
    own: OwnRule | None
    shipped: LoadedPack | None
    text: str = ""

    @property
    def is_own(self) -> bool:
        """Whether the account wrote it, be it in place of a shipped one."""
        return self.own is not None and (self.own.text != "" or self.shipped is None)

    @property
    def is_on(self) -> bool:
        """Whether nights judge by it."""
        return self.loaded is not None and self.loaded[0].mode != "off" and (self.own is None or self.own.text != "")


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule that may be kept: what it takes the place of, and which rules it may meet."""

    loaded: LoadedPack
    replaces: LoadedPack | None
    notes: tuple[Message, ...]


def rules_on(account: AccountStore, on: date) -> list[AccountRule]:
    """Every rule that is shipped or that the account says something of, by id."""
    shipped, own = _shipped(), {one.rule_id: one for one in account.rules.known(on)}
    return [_standing(account, name, own.get(name), shipped.get(name)) for name in sorted({*shipped, *own})]


def rule_on(account: AccountStore, rule_id: str, on: date) -> AccountRule:
    """One of them. NotFoundError where there is no such rule."""
    shipped, own = _shipped().get(rule_id), account.rules.known_one(rule_id, on)
    if shipped is None and own is None:
        raise NotFoundError("api.rules.unknown", rule=rule_id[:80])
    return _standing(account, rule_id, own, shipped)


def packs_on(account: AccountStore, on: date) -> Chosen:
    """The rules that judge the account on a day, as they were known then; a rule that is off is left out."""
    found = rules_on(account, on)
    lost = [one for one in found if one.loaded is None and one.own is not None and one.own.text]
    notices = tuple(Message("api.rules.unreadable", {"rule": one.id}) for one in lost)
    return Chosen(tuple(one.loaded for one in found if one.loaded is not None and one.is_on), notices)


def packs_then(account: AccountStore, on: date, asked: Sequence[Mapping[str, str]]) -> Chosen:
    """The very rules that a night of a day was judged by, of which it kept ``name`` and ``hash``.

    A version that is not at hand any more, such as a shipped one from before an update, is told; the one that held on
    the day judges in its place, or none.
    """
    packs, notices = [], []
    for one in asked:
        loaded = version_of(account, one["name"], one["hash"])
        if loaded is None:
            notices.append(Message("api.rules.other_version", {"rule": one["name"]}))
            own, shipped = account.rules.known_one(one["name"], on), _shipped().get(one["name"])
            loaded = shipped if own is None else _standing(account, one["name"], own, shipped).loaded
        if loaded is not None:
            packs.append(loaded)
    return Chosen(tuple(packs), tuple(notices))


def version_of(account: AccountStore, name: str, content: str) -> LoadedPack | None:
    """The version of a rule with that hash, shipped or own; None where there is none any more."""
    shipped = _shipped().get(name)
    if shipped is not None and shipped[1].hash == content:
        return shipped
    kept = next((one for one in account.rules.versions(name) if one.id == content and one.text), None)
    return None if kept is None else _read(kept.text)


def check_rule(account: AccountStore, text: str, on: date) -> Checked:
    """What keeping a rule would come to. Raises RulePackError with every fault of it, alone and beside the others."""
    from rules.example_checks import example_faults
    from rules.loading import RulePackError, read_rule
    from rules.rule_sets import set_faults, set_notes

    loaded = read_rule(text)
    pack = loaded[0]
    beside = _beside(account, pack.id, on)
    shipped = _shipped().get(pack.id)
    faults = [*_version(account, loaded, shipped), *set_faults([*beside, pack], pack.id), *example_faults(loaded)]
    if faults:
        raise RulePackError(f"{pack.id}.yaml", faults)
    return Checked(loaded, shipped, tuple(set_notes([*beside, pack], pack.id)))


def keep_rule(account: AccountStore, text: str, on: date) -> Checked:
    """Keeps a rule of the account's own from a day on; the same again changes nothing.

    Raises what ``check_rule`` raises, InputError where there are too many, ConflictError for a rule that the account's
    policy approves without asking: what is approved so must not change under it.
    """
    checked = check_rule(account, text, on)
    pack, ref = checked.loaded
    _refuse_under_policy(account, pack.id, on)
    account.rules.keep(pack.id, pack.version, text, pack.mode, ref.hash, on)
    return checked


def switch_off(account: AccountStore, rule_id: str, on: date) -> AccountRule:
    """Silences a rule from a day on, shipped or own. NotFoundError where there is no such rule."""
    account.rules.switch_off(rule_on(account, rule_id, on).id, on)
    return rule_on(account, rule_id, on)


def withdraw(account: AccountStore, rule_id: str, on: date) -> None:
    """Takes back what the account says of a rule, so that the shipped one of that id, if there is one, holds again.

    Raises NotFoundError where it says nothing of it, ConflictError for a rule that its policy approves, RulePackError
    where the shipped rule would meet its opposite in a rule that the account kept meanwhile.
    """
    from rules.loading import RulePackError
    from rules.rule_sets import set_faults

    _refuse_under_policy(account, rule_id, on)
    back = _shipped().get(rule_id)
    faults = set_faults([*_beside(account, rule_id, on), back[0]], rule_id) if back is not None else []
    if faults:
        raise RulePackError(f"{rule_id}.yaml", faults)
    account.rules.withdraw(rule_id, on)


def preview_rule(account: AccountStore, text: str, on: date) -> tuple[Checked, Preview]:
    """What a rule would say of the account as it is known today, and whom it only just leaves out; nothing is kept.

    Raises what ``check_rule`` raises, InputError where there are no facts to judge.
    """
    from api.services.night_context import context_of
    from rules.previewing import preview

    checked = check_rule(account, text, on)
    snapshot = account.snapshot(known_on=on, end=on)
    if snapshot.facts.empty:
        raise InputError("api.rules.no_facts")
    beside = context_of(account, on, snapshot)
    seen = preview(snapshot, on, checked.loaded, targets=beside.targets, given=beside.given, applied=beside.applied)
    return checked, seen


def _beside(account: AccountStore, rule_id: str, on: date) -> list[RulePack]:
    """The other rules that judge on a day."""
    return [pack for pack, _ in packs_on(account, on).packs if pack.id != rule_id]


def _version(account: AccountStore, loaded: LoadedPack, shipped: LoadedPack | None) -> list[Message]:
    """A version names one content: another one needs a number above the shipped rule's and the last one kept."""
    pack, ref = loaded
    kept = account.rules.written(pack.id)
    if kept is not None and kept.id == ref.hash:
        return []
    used = max(kept.version if kept is not None else 0, shipped[0].version if shipped is not None else 0)
    if pack.version > used:
        return []
    values: dict[str, Value] = {"field": "version", "version": pack.version, "least": used + 1}
    return [Message("rules.pack.version_used", values)]


def _refuse_under_policy(account: AccountStore, rule_id: str, on: date) -> None:
    standing = (policy_on(account, on), latest_policy(account))
    if any(one is not None and rule_id in one.document["rules"] and _runs(one.document, on) for one in standing):
        raise ConflictError("api.rules.in_policy", rule=rule_id)


def _runs(policy: Mapping[str, str], on: date) -> bool:
    return policy["valid_until"] >= on.isoformat()


def _standing(account: AccountStore, name: str, own: OwnRule | None, shipped: LoadedPack | None) -> AccountRule:
    """A rule that is off is shown as it was last written."""
    if own is None or (not own.text and shipped is not None):
        return AccountRule(name, shipped, own, shipped)
    last = own if own.text else account.rules.written(name)
    text = last.text if last is not None else ""
    return AccountRule(name, _read(text) if text else None, own, shipped, text)


def _shipped() -> Mapping[str, LoadedPack]:
    from rules.loading import shipped_by_id

    return shipped_by_id()


@lru_cache(maxsize=1024)
def _read(text: str) -> LoadedPack | None:
    """A kept rule; None where it no longer fits the form, which a later version of the product may have narrowed."""
    from rules.loading import RulePackError, read_rule

    try:
        return read_rule(text)
    except RulePackError:
        return None
