"""What an account's policy lets the night approve by itself: nothing without one, and never beyond its caps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.services import nights
from api.services.account_rules import rule_policy, set_policy
from api.services.nights import run_night
from api.services.recommendations import approve_by_policy
from engine.errors import AccessError, InputError
from rules.applying import Policy

pytestmark = pytest.mark.usefixtures("filled_dir")

AS_OF = date(2026, 11, 16)


def _policy(**more):
    values = {
        "rules": frozenset({"spend_no_conv", "low_ctr_vs_peers"}),
        "max_spend_share": 0.05,
        "max_changes_per_day": 3,
    }
    dates = {"valid_from": AS_OF, "valid_until": AS_OF + timedelta(days=30)}
    return Policy(**(values | dates | more))


def auto(account):
    return [life for life in account.recommendations.list(100) if life.steps and life.steps[0].step == "auto_approved"]


@pytest.mark.usefixtures("judged")
def test_nothing_is_approved_without_a_policy(account):
    assert auto(account) == []
    assert rule_policy(account, AS_OF) is None


def test_a_policy_approves_within_its_caps_and_says_so(account, mei):
    set_policy(mei, _policy())
    run_night(account, AS_OF)
    approved = auto(account)
    assert 1 <= len(approved) <= 3
    assert {life.rule for life in approved} <= {"spend_no_conv", "low_ctr_vs_peers"}
    for life in approved:
        step = life.steps[0]
        assert (step.source, step.after["policy"]) == ("policy", rule_policy(account, AS_OF).id)
        assert life.stored.document["en"]["evidence"]["probability"] > 0.95
        assert life.state == ("withheld" if life.stored.document["en"]["holdout"] else "auto_approved")
    run_night(account, AS_OF)
    assert len(auto(account)) == len(approved)


def test_what_the_night_drops_is_not_approved_though_it_was_open(account, mei, monkeypatch):
    seen = []
    monkeypatch.setattr(nights, "approve_by_policy", lambda *given: seen.append(given))
    run_night(account, AS_OF)
    ((_, judgement, snapshot, _),) = seen
    set_policy(mei, _policy())
    all_dropped = tuple(one._replace(decision="dropped") for one in judgement.recommendations)
    approve_by_policy(account, replace(judgement, recommendations=all_dropped), snapshot, rule_policy(account, AS_OF))
    assert auto(account) == []
    approve_by_policy(account, judgement, snapshot, rule_policy(account, AS_OF))
    assert auto(account) != []


@pytest.mark.usefixtures("judged")
def test_a_replay_approves_nothing(account, mei):
    later = AS_OF + timedelta(days=1)
    run_night(account, later)
    set_policy(mei, _policy())
    run_night(account, AS_OF)
    assert auto(account) == []
    run_night(account, later)
    assert auto(account) != []


def test_a_policy_ends_on_its_last_day_and_by_another_one(account, mei):
    set_policy(mei, _policy(valid_from=AS_OF - timedelta(days=9), valid_until=AS_OF - timedelta(days=1)))
    run_night(account, AS_OF)
    assert auto(account) == []
    set_policy(mei, _policy())
    set_policy(mei, _policy(rules=frozenset()))
    run_night(account, AS_OF + timedelta(days=1))
    assert auto(account) == []


def test_only_a_person_sets_a_policy_and_only_of_known_rules(account, mei):
    with pytest.raises(AccessError):
        set_policy(account, _policy())
    with pytest.raises(InputError) as refused:
        set_policy(mei, _policy(rules=frozenset({"no_such_rule"})))
    assert refused.value.code == "api.policy.unknown_rules"
    with pytest.raises(InputError):
        set_policy(mei, _policy(valid_until=AS_OF - timedelta(days=1)))
