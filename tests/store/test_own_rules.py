"""A rule of an account's own holds from its day until the next version's, and what was said of it stays readable."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.errors import ConflictError, InputError, NotFoundError
from engine.store import own_rules
from engine.store.account import AccountStore
from engine.store.own_rules import OwnRule
from engine.store.store import Store

DAY = date(2026, 3, 2)


def nth(days: int) -> date:
    return DAY + timedelta(days=days)


def keep(account: AccountStore, version: int = 1, on: date = DAY, rule: str = "dear") -> OwnRule:
    return account.rules.keep(rule, version, f"version: {version}", "propose", f"{version:064d}", on)


def told(account: AccountStore, days: int) -> list[tuple[str, int, str]]:
    return [(one.rule_id, one.version, one.mode) for one in account.rules.known(nth(days))]


def test_a_version_holds_from_its_day_until_the_next(account: AccountStore) -> None:
    keep(account)
    keep(account, 2, nth(5))
    account.rules.switch_off("dear", nth(7))
    account.rules.withdraw("dear", nth(9))
    seen = [told(account, days) for days in (-1, 0, 4, 5, 7, 8, 9)]
    first, second, off = ("dear", 1, "propose"), ("dear", 2, "propose"), ("dear", 2, "off")
    assert seen == [[], [first], [first], [second], [off], [off], []]
    assert [(one.text, one.valid_to) for one in account.rules.versions("dear")] == [
        ("", nth(9)),
        ("version: 2", nth(7)),
        ("version: 1", nth(5)),
    ]


def test_of_one_day_the_last_word_counts_and_the_same_again_is_no_change(account: AccountStore) -> None:
    keep(account)
    kept = keep(account, 2)
    head = account.audit.head()
    assert keep(account, 2, nth(3)) == kept and account.audit.head() == head
    assert told(account, 0) == [("dear", 2, "propose")]
    off = account.rules.switch_off("zero_delivery", DAY)
    head = account.audit.head()
    assert account.rules.switch_off("zero_delivery", nth(1)) == off and account.audit.head() == head


def test_other_content_under_a_version_that_was_used_is_refused(account: AccountStore) -> None:
    keep(account, 3)
    with pytest.raises(InputError) as refused:
        account.rules.keep("dear", 3, "other", "propose", "f" * 64, nth(1))
    assert refused.value.message.values["least"] == 4
    account.rules.switch_off("dear", nth(1))
    assert keep(account, 3, nth(2)).valid_from == nth(2)  # what was switched off comes back as it was


def test_no_more_rules_than_a_night_can_judge(account: AccountStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_rules, "MOST_RULES", 2)
    keep(account, rule="one")
    keep(account, rule="two")
    keep(account, 2, rule="two")
    with pytest.raises(InputError, match="has 2 rules of its own"):
        keep(account, rule="three")
    account.rules.withdraw("one", nth(1))
    assert keep(account, rule="three", on=nth(1)).rule_id == "three"


def test_nothing_is_withdrawn_that_was_not_said_nor_replaced_before_it_began(account: AccountStore) -> None:
    with pytest.raises(NotFoundError):
        account.rules.withdraw("dear", DAY)
    keep(account)
    with pytest.raises(ConflictError):
        keep(account, 2, nth(-1))


def test_another_account_sees_nothing_of_it(account: AccountStore, store: Store) -> None:
    keep(account)
    other = store.account("elsewhere", "cli")
    assert other.rules.known(DAY) == [] and other.rules.versions("dear") == []
