"""An account's own rules judge beside the shipped ones or in their place, from their day on and as known on a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from api.services.account_rules import rule_policy, set_policy, set_targets
from api.services.night_context import context_of
from api.services.night_stages import JudgeDelivery, ReadAccount
from api.services.night_state import NightState
from api.services.nights import run_night
from api.services.rule_documents import trial_document
from api.services.rule_packs import check_rule, keep_rule, packs_on, preview_rule, rules_on, switch_off, withdraw
from engine.errors import ConflictError, NotFoundError
from engine.packs import package_path
from rules.applying import Policy
from rules.loading import RulePackError, read_rule
from tests.api.lean_nights import make_lean
from tests.rules.accounts import shipped

pytestmark = pytest.mark.usefixtures("filled_dir")

AS_OF = date(2026, 11, 16)
LATER = AS_OF + timedelta(days=7)
OWN = """
id: our_cheap_campaigns
version: 1
title: {zh-TW: 我們的低成本活動, en: Our cheap campaigns}
explanation: {zh-TW: 單次轉換成本低於一千元的活動。, en: Campaigns below a thousand a conversion are looked at.}
level: campaign
window: {days: 28, end_lag_days: 1}
when:
  all:
    - {metric: conversions, op: '>=', value: 1}
    - {metric: cpa, op: '<', value: 1000}
action: {type: alert}
priority: 30
examples:
  flag:
    - name: eight hundred a conversion
      ads:
        - {ad: A, days: [-30, -1], impressions: 4000, clicks: 60, spend: 800, conversions: 1, flag: true}
  pass:
    - name: twelve hundred a conversion
      ads:
        - {ad: A, days: [-30, -1], impressions: 4000, clicks: 60, spend: 1200, conversions: 1}
"""
SHIPPED = (package_path("rules") / "packs/spend_no_conv.yaml").read_text(encoding="utf-8")
VERSION = shipped("spend_no_conv")[0][0].version
INSTEAD = SHIPPED.replace(f"version: {VERSION}", f"version: {VERSION + 1}", 1).replace(
    "priority: 10", "priority: 11", 1
)

OPPOSED = """
id: more_for_dear
version: 1
title: {zh-TW: 超過目標就加價, en: Bid more where dear}
explanation: {zh-TW: 用來與降出價相反。, en: The opposite of cutting the bid.}
level: ad_group
scope: {status: active}
window: {days: 28, end_lag_days: 1}
when: {metric: cpa, op: '>', than: {of: target, times: 1.0}}
action: {type: raise_bid}
priority: 30
examples:
  flag:
    - name: twice the target
      target_cpa: 300
      ads:
        - {ad: A, ad_group: up, days: [-40, -1], impressions: 4000, clicks: 60, spend: 1200, conversions: 2, flag: true}
  pass:
    - name: half the target
      target_cpa: 300
      ads:
        - {ad: A, ad_group: cheap, days: [-40, -1], impressions: 4000, clicks: 60, spend: 300, conversions: 2}
"""

CPA_OVER_NOW = read_rule(
    (package_path("rules") / "packs/cpa_over.yaml").read_text(encoding="utf-8").replace("version: 1", "version: 9", 1)
)
TAIPEI = ZoneInfo("Asia/Taipei")


@pytest.fixture
def mei(account, store, person):
    """The same as an administrator sees it."""
    return store.account("default", f"person:{person('mei.lin', 'admin')[1]}")


def _rules(account, on):
    return {pack.id: ref.hash for pack, ref in packs_on(account, on).packs}


def test_an_own_rule_judges_from_its_day_on(account):
    keep_rule(account, OWN, LATER)
    ours = read_rule(OWN)[1]
    assert "our_cheap_campaigns" not in _rules(account, AS_OF)
    assert _rules(account, LATER)["our_cheap_campaigns"] == ours.hash
    said = JudgeDelivery().run(ReadAccount().run(NightState(account, LATER, dry_run=True))).judgement
    flagged = [one for one in said.recommendations if one.rule.name == "our_cheap_campaigns"]
    assert flagged and all((one.action, one.rule) == ("alert", ours) for one in flagged)
    withdraw(account, "our_cheap_campaigns", LATER + timedelta(days=1))
    assert "our_cheap_campaigns" in _rules(account, LATER)  # a replay judges by what held then
    assert "our_cheap_campaigns" not in _rules(account, LATER + timedelta(days=1))


def test_a_replay_judges_by_the_rules_and_targets_of_its_night_not_by_what_was_changed_later_that_day(
    account, monkeypatch
):
    make_lean(monkeypatch, "cpa_over")
    changed = OWN.replace("version: 1", "version: 2", 1).replace("priority: 30", "priority: 31")
    with time_machine.travel(datetime(2026, 11, 16, 6, tzinfo=TAIPEI)):
        keep_rule(account, OWN, AS_OF)
        set_targets(account, {"line": 100.0}, {}, AS_OF)
        first = run_night(account, AS_OF).as_dict("en")
    with time_machine.travel(datetime(2026, 11, 16, 15, tzinfo=TAIPEI)):
        keep_rule(account, changed, AS_OF)
        set_targets(account, {"line": 900.0}, {}, AS_OF)
    later = run_night(account, AS_OF + timedelta(days=1)).as_dict("en")
    again = run_night(account, AS_OF).as_dict("en")
    assert again["replay"] and _asked(again) == _asked(first) != _asked(later)
    assert context_of(account, AS_OF, replay=True).targets.target_cpa == {"line": 100.0}
    monkeypatch.setattr("api.services.rule_packs._shipped", lambda: {"cpa_over": CPA_OVER_NOW})
    told = run_night(account, AS_OF).as_dict("en")
    assert [one["code"] for one in told["notices"]] == ["api.rules.other_version"]
    assert _asked(told) == {**_asked(first), "cpa_over": CPA_OVER_NOW[1].hash}


def _asked(night):
    return {one["name"]: one["hash"] for one in night["judgement"]["packs"]}


def test_an_own_rule_takes_the_place_of_the_shipped_one_until_it_is_withdrawn(account):
    shipped = _rules(account, AS_OF)["spend_no_conv"]
    assert keep_rule(account, INSTEAD, AS_OF).replaces is not None
    assert _rules(account, AS_OF)["spend_no_conv"] == read_rule(INSTEAD)[1].hash != shipped
    switch_off(account, "spend_no_conv", AS_OF)
    assert "spend_no_conv" not in _rules(account, AS_OF)
    off = next(one for one in rules_on(account, AS_OF) if one.id == "spend_no_conv")
    assert not off.is_on and off.loaded is not None
    withdraw(account, "spend_no_conv", AS_OF)
    assert _rules(account, AS_OF)["spend_no_conv"] == shipped
    with pytest.raises(NotFoundError):
        switch_off(account, "no_such_rule", AS_OF)


def test_what_a_policy_approves_without_asking_does_not_change_under_it(account, mei):
    keep_rule(account, OWN, AS_OF)
    policy = Policy(
        rules=frozenset({"spend_no_conv", "our_cheap_campaigns"}), max_spend_share=0.05, max_changes_per_day=3,
        valid_from=AS_OF, valid_until=LATER,
    )  # fmt: skip
    set_policy(mei, policy)
    assert rule_policy(account, AS_OF).rules == policy.rules
    for change in (lambda day: keep_rule(account, INSTEAD, day), lambda day: withdraw(account, OWN[5:24], day)):
        with pytest.raises(ConflictError, match="policy"):
            change(AS_OF)
    assert keep_rule(account, INSTEAD, LATER + timedelta(days=1)).loaded[0].id == "spend_no_conv"
    switch_off(account, "our_cheap_campaigns", AS_OF)  # silence needs no permission


def test_every_fault_of_a_rule_in_its_account_is_told_at_once(account):
    keep_rule(account, OWN, AS_OF)
    other = OWN.replace("value: 1000", "value: 700")
    again = OWN.replace("our_cheap_campaigns", "the_same_again")
    with pytest.raises(RulePackError) as caught:
        check_rule(account, other, AS_OF)
    assert {fault.id for fault in caught.value.details} == {"rules.pack.version_used", "rules.pack.example_missed"}
    assert "write 2 or above" in caught.value.text("en")
    with pytest.raises(RulePackError, match="the_same_again"):
        check_rule(account, again, AS_OF)
    assert check_rule(account, OWN, AS_OF).notes == ()


def test_a_shipped_rule_does_not_come_back_beside_its_certain_opposite(account):
    switch_off(account, "cpa_over", AS_OF)
    keep_rule(account, OPPOSED, AS_OF)
    with pytest.raises(RulePackError) as caught:
        withdraw(account, "cpa_over", AS_OF)
    (fault,) = caught.value.details
    assert (fault.id, fault.values["rule"], fault.values["other"]) == (
        "rules.pack.opposed",
        "cpa_over",
        "more_for_dear",
    )
    assert "cpa_over" not in _rules(account, AS_OF)
    withdraw(account, "more_for_dear", AS_OF)
    withdraw(account, "cpa_over", AS_OF)
    assert "cpa_over" in _rules(account, AS_OF)


def test_a_kept_rule_that_fits_the_form_no_more_is_told_and_left_out(account):
    account.rules.keep("our_old_rule", 1, "id: our_old_rule\nlevle: ad\n", "propose", "0" * 64, AS_OF)
    chosen = packs_on(account, AS_OF)
    assert [notice.values["rule"] for notice in chosen.notices] == ["our_old_rule"]
    assert len(chosen.packs) == len(_rules(account, AS_OF - timedelta(days=1)))
    assert context_of(account, AS_OF).notices == chosen.notices


def test_a_preview_keeps_nothing(account):
    head = account.audit.head()
    checked, seen = preview_rule(
        account, OWN.replace("value: 1000", "value: 500").replace("spend: 800", "spend: 400"), AS_OF
    )
    assert checked.loaded[0].id == "our_cheap_campaigns" and seen.judgement.judged[0].judged > 0
    assert seen.near and all(sum(not part["met"] for part in one.conditions) == 1 for one in seen.near)
    told = trial_document(checked, seen, account.name, "en", kept=False)["preview"]["flagged"]
    assert told and all("holdout" not in line for line in told), "who knew the draw could approve by it"
    assert account.audit.head() == head and account.rules.known(AS_OF) == []
