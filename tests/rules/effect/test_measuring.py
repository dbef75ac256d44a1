"""Effects are read from facts: only days after the action that are complete, at the level where it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from engine.snapshot import DIMENSIONS
from rules.effect.cases import Case, counted, last_complete, next_scored, scored_on, starts
from rules.effect.found import OUTCOMES
from rules.effect.measuring import effects_of, money_of
from rules.effect.rechecking import rechecked
from rules.effect.units import Ground, first_cases, outcome_of, touched, unit_level
from rules.entities import EPOCH
from rules.judgement import Targets
from rules.reporting_lag import assumed_curve
from rules.signals import SignalSource
from tests.rules.accounts import shipped

CTR = OUTCOMES["ctr"]
SCORED = date(2026, 10, 1)
FIRST = date(2026, 4, 1)
DAYS = (SCORED - FIRST).days
APPROVED = date(2026, 8, 10)
GROUPS = 180


def _days(count=GROUPS):
    at = np.arange(count * DAYS)
    on = pd.Timestamp(FIRST) + pd.to_timedelta(at % DAYS, unit="D")
    return at // DAYS, at % DAYS, on


def facts(clicks, shown, per_campaign=6):
    """One row per ad group and day of ``clicks`` and ``shown`` (groups × days)."""
    group, _, on = _days(len(clicks))
    columns = dict.fromkeys(DIMENSIONS, "") | {"platform": "meta", "account_id": "1", "grain": "ad_group"}
    frame = pd.DataFrame(columns, index=range(len(on)))
    frame["campaign_name"] = np.char.add("C", (group // per_campaign).astype(str))
    frame["ad_group_name"] = np.char.add("G", group.astype(str))
    frame["date_day"] = frame["period_end"] = on
    numbers = {"impressions": shown.ravel(), "clicks": clicks.ravel(), "spend": shown.ravel() / 10.0}
    return frame.assign(**{name: values.astype(float) for name, values in numbers.items()})


def world(effect, seed=1, treated=60):
    """Groups of which the worst by a fortnight's click rate are acted on; most come back by themselves."""
    chance = np.random.default_rng(seed)
    shown = chance.poisson(chance.lognormal(6.5, 0.3, GROUPS)[:, None], (GROUPS, DAYS))
    weekly = np.repeat(chance.gamma(40, 1 / 40, (GROUPS, DAYS // 7 + 1)), 7, axis=1)[:, :DAYS]
    rate = 0.02 * chance.gamma(30, 1 / 30, GROUPS)[:, None] * weekly
    at = (APPROVED - FIRST).days
    window = slice(at - 14, at)
    seen = chance.poisson(shown * rate)
    worst = np.argsort(seen[:, window].sum(axis=1) / shown[:, window].sum(axis=1))[:treated]
    acted = np.isin(np.arange(GROUPS), worst)
    delay = chance.integers(0, 5, GROUPS)
    cases = [
        case(f"meta|1|campaign=C{g // 6}|ad_group=G{g}", applied=APPROVED + timedelta(days=int(delay[g])))
        for g in np.flatnonzero(acted)
    ]
    grown = np.where(acted[:, None] & (np.arange(DAYS) > at + delay[:, None]), 1 + effect, 1.0)
    clicks = np.where(grown == 1.0, seen, chance.poisson(shown * rate * grown))
    return facts(clicks, shown), cases


def case(entity, withheld=False, applied=None, approved=APPROVED, level="ad_group", action="cut_bid", name=""):
    window = approved - timedelta(days=14)
    return Case(name or entity, entity, level, action, "meta", window, approved, withheld, applied)


def ground(frame):
    return Ground(frame, (SCORED - EPOCH).days - 1)


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_without_a_holdout_peers_and_days_before_tell_the_truth_and_how_far_to_trust_it(effect):
    frame, cases = world(effect)
    lift, did, its = effects_of(ground(frame), cases, cases, CTR)
    assert not lift.enough and lift.basis == "holdout"
    assert (did.basis, did.because, did.acted_on) == ("did", "parallel", 60)
    assert did.low < effect < did.high and did.shown == ("better" if effect else "none")
    assert (its.basis, its.trust, its.acted_on) == ("its", "low", 28)
    assert its.low < effect < its.high


def test_what_was_taken_back_while_it_is_measured_was_not_acted_on():
    applied = case("x", applied=APPROVED + timedelta(days=1))
    days = (None, 5, 28, 29)
    undone = [replace(applied, undone_on=on and applied.applied_on + timedelta(days=on)) for on in days]
    assert [one.carried_out for one in undone] == [True, False, False, True]
    frame, cases = world(0.3)
    taken_back = [replace(one, undone_on=one.applied_on + timedelta(days=2)) for one in cases[:45]]
    _, did, _ = effects_of(ground(frame), [*taken_back, *cases[45:]], cases, CTR)
    assert did.acted_on == 15 and not did.enough


def test_days_before_the_first_fact_are_no_baseline():
    frame, cases = world(0.3)
    began = APPROVED - timedelta(days=7 * 9)  # two weeks flagged, seven before that
    known = frame[frame["date_day"] >= pd.Timestamp(began)]
    _, did, _ = effects_of(ground(known), cases, cases, CTR)
    assert (did.because, did.acted_on) == ("parallel", 60) and did.low < 0.3 < did.high
    short = frame[frame["date_day"] >= pd.Timestamp(APPROVED - timedelta(days=7 * 5))]
    assert effects_of(ground(short), cases, cases, CTR)[1].acted_on == 0  # three weeks are too few to see a trend


def test_what_chance_withheld_is_compared_with_first():
    frame, cases = world(0.3)
    kept = [case(one.entity, withheld=at % 2 == 0, applied=None if at % 2 == 0 else one.applied_on)
            for at, one in enumerate(cases)]  # fmt: skip
    group = frame["ad_group_name"].map({one.entity.rsplit("=", 1)[1]: one.withheld for one in kept})
    held = (group == True).to_numpy()  # noqa: E712 - elementwise, nothing for those not flagged
    later = (frame["date_day"] > pd.Timestamp(APPROVED)).to_numpy()
    frame.loc[held & later, "clicks"] = (frame.loc[held & later, "clicks"] / 1.3).round()
    (lift,) = effects_of(ground(frame), kept, kept, CTR)
    assert (lift.trust, lift.acted_on, lift.compared) == ("high", 30, 30)
    assert lift.low < 0.3 < lift.high and lift.measured == {"carried_out": 1.0}


def test_days_before_the_action_and_what_was_not_carried_out_are_no_effect():
    calm, shown = np.random.default_rng(4).poisson(20, (GROUPS, DAYS)), np.full((GROUPS, DAYS), 1000)
    key = "meta|1|campaign=C{}|ad_group=G{}"
    cases = [
        case(key.format(g // 6, g), withheld=g % 2 == 0, applied=None if g % 2 == 0 else APPROVED + timedelta(days=3))
        for g in range(60)
    ]
    at = (APPROVED - FIRST).days
    bumped = calm.copy()
    bumped[1:60:2, at : at + 4] = 90  # up to the day of the action itself
    bumped[1:60:2, at + 4 + 28 :] = 90  # and after the four weeks that count
    bare = [effects_of(ground(facts(table, shown)), cases, cases, CTR)[0] for table in (calm, bumped)]
    assert [one.shown for one in bare] == ["none", "none"]
    assert bare[1].value == pytest.approx(bare[0].value, abs=0.01)
    late = [case(one.entity, one.withheld, one.applied_on and one.approved_on + timedelta(days=15)) for one in cases]
    assert effects_of(ground(facts(calm, shown)), late, late, CTR)[0].measured == {"carried_out": 0.0}


def test_money_is_what_the_withheld_went_on_spending():
    shown = np.full((GROUPS, DAYS), 1000)
    at = (APPROVED - FIRST).days
    shown[1:60:2, at + 2 :] = 400
    key = "meta|1|campaign=C{}|ad_group=G{}"
    cases = [case(key.format(g // 6, g), g % 2 == 0, None if g % 2 == 0 else APPROVED + timedelta(days=1))
             for g in range(60)]  # fmt: skip
    saved = money_of(ground(facts(shown // 50, shown)), cases)
    assert saved.moved == pytest.approx(30 * 28 * 100)
    assert saved.value == pytest.approx(30 * 28 * 60)
    assert money_of(ground(facts(shown // 50, shown)), []) is None


def test_a_unit_counts_once_in_the_arm_of_its_first_approval():
    frame = facts(np.full((12, DAYS), 20), np.full((12, DAYS), 1000))
    ads = frame.assign(grain="ad", ad_name="A").copy()
    other = frame.assign(grain="ad", ad_name="B").copy()
    both = ground(pd.concat([ads, other], ignore_index=True))
    group = "meta|1|campaign=C0|ad_group=G0"
    first = case(f"{group}|ad=A", withheld=True, level="ad", action="pause", name="x")
    second = case(f"{group}|ad=B", applied=APPROVED, level="ad", action="pause", name="y")
    gone = case("meta|1|campaign=C9|ad_group=G99|ad=A", level="ad", action="pause", name="z")
    assert unit_level("pause", "ad") == "ad_group" and unit_level("cut_bid", "ad") == "ad"
    assert first_cases(both, [first, second, gone], "ad_group") == {group: first}
    assert touched(both, [first, second, gone], "ad_group") == {group}
    shut = case(f"{group}|placement=P", level="placement", action="exclude")
    assert touched(both, [first, shut], "ad") == {first.entity}
    above = case("meta|1|campaign=C1", level="campaign", action="shift_out")
    assert touched(both, [above], "ad_group") == {f"meta|1|campaign=C1|ad_group=G{g}" for g in range(6, 12)}


def test_only_cases_whose_days_are_over_in_both_arms_count():
    assert (scored_on(date(2026, 11, 27)), next_scored(date(2026, 11, 27))) == (SCORED, date(2027, 1, 1))
    complete = last_complete(SCORED, SCORED - timedelta(days=1), ("clicks", "impressions"), ["meta"], {})
    assert complete == date(2026, 9, 28)
    late = last_complete(SCORED, date(2026, 9, 20), ("spend", "conversions"), ["meta", "line"], {})
    assert late == date(2026, 9, 21) - timedelta(days=7) and assumed_curve("meta").share[7] >= 0.95
    edge = complete - timedelta(days=42)
    cases = [case(str(day), approved=edge + timedelta(days=day), withheld=bool(day % 2)) for day in (-400, -1, 0, 1, 2)]
    assert [one.entity for one in counted(cases, SCORED, complete)] == ["-1", "0"]


def test_what_was_left_alone_counts_from_as_long_after_its_approval_as_the_others_took():
    acted = [case(str(d), applied=APPROVED + timedelta(days=d)) for d in (1, 3, 9)]
    left = case("left", withheld=True)
    said = starts([*acted, left])
    assert said["left"] == APPROVED + timedelta(days=4) and said["9"] == APPROVED + timedelta(days=10)
    assert starts([left])["left"] == APPROVED + timedelta(days=2)


@pytest.mark.parametrize(
    ("metrics", "name"),
    [(("ctr_vs_peers",), "ctr"), (("spend_share", "conversions", "cpa"), "cpa"), (("roas", "target_roas"), "roas"),
     (("creative_limited",), "ctr"), (("budget_capped_days", "cpa"), "cpa"), (("pace",), "cpa")],
)  # fmt: skip
def test_the_outcome_is_the_first_that_a_rule_reads(metrics, name):
    assert outcome_of(metrics).name == name


def test_flags_are_checked_by_what_the_withheld_did_since_and_not_by_the_weeks_they_were_flagged_on():
    chance = np.random.default_rng(6)
    rate = np.full((40, DAYS), 0.03)
    at = (APPROVED - FIRST).days
    rate[:10, at - 28 : at] = 0.012  # all ten looked bad, and half of them still do
    rate[:5, at:] = 0.012
    shown = np.full((40, DAYS), 1500)
    frame = facts(chance.binomial(shown, rate), shown, per_campaign=40).assign(grain="ad", ad_name="A")
    key = "meta|1|campaign=C0|ad_group=G{}|ad=A"
    cases = [case(key.format(g), withheld=True, level="ad", action="pause") for g in range(10)]
    ((pack, _),) = shipped("low_ctr_vs_peers")
    source = SignalSource(frame, (SCORED - EPOCH).days, Targets())
    sound = rechecked(source, pack, cases, {})
    assert max(sound[:5]) < 0.05 and min(sound[5:]) > 0.9
    assert rechecked(source, pack, cases, {cases[7].entity: 0.25})[7] == 0.25
    assert rechecked(source, pack, [case(key.format(0), level="ad")], {}) == []
