"""Sides of a comparison are what a plain reading of the rows gives; masks over them equal a naive evaluator."""

from __future__ import annotations

import math
from statistics import median

import numpy as np
import pytest

from rules.condition_form import All, AnyOf, Not, Test, Than
from rules.conditions import COMPARE
from rules.delivery import LEARNING_DAYS
from rules.given import Given
from rules.judgement import Targets
from rules.reporting_lag import LagCurve
from rules.signals import SignalSource
from tests.rules.accounts import AS_OF, daily, facts, row

NAN = math.nan
DAYS, LAG = 7, 2
LAST, FIRST = -LAG, -LAG - DAYS + 1
RATIO = {"ctr": ("clicks", "impressions"), "cpa": ("spend", "conversions"), "cvr": ("conversions", "clicks")}
NAMES = ("impressions", "clicks", "spend", "conversions")
SIDES = ("previous", "same_weekday", "first_days", "parent", "rest", "peers")
AT_ONCE = {"meta": LagCurve("meta", (1.0,), 20, "restated")}  # sides of what lags: test_lagging.py
DAY = (np.datetime64(AS_OF) - np.datetime64("1970-01-01")).astype(int)


def _rows(rng):
    """Thirteen ads in three groups over two campaigns, with days, cells and whole histories missing."""
    rows = []
    for ad in range(13):
        group, campaign = f"G{ad % 3}", f"C{ad % 3 // 2}"
        start = int(rng.integers(-75, -1))
        for day in range(start, 1):
            if rng.random() < 0.15:
                continue
            shown = float(rng.integers(0, 200))
            cells = {
                "impressions": shown,
                "clicks": float(rng.integers(0, 1 + shown)),
                "spend": float(rng.integers(0, 90)),
            }
            cells["conversions"] = float(rng.integers(0, 4))
            cells = {name: NAN if rng.random() < 0.1 else value for name, value in cells.items()}
            rows.append(row(day, f"ad {ad}", ad_group_name=group, campaign_name=campaign, **cells) | {"day": day})
    return rows


def _sum(rows, name):
    known = [r[name] for r in rows if not math.isnan(r[name])]
    return sum(known) if known else NAN


def _metric(rows, name):
    if name not in RATIO:
        return _sum(rows, name)
    above, below = (_sum(rows, part) for part in RATIO[name])
    return above / below if below and not math.isnan(below) else NAN


def _between(rows, first, last):
    return [r for r in rows if first <= r["day"] <= last]


def _pooled(ads, name, mean):
    """A ratio from the sums of the ads that know both parts; what is added up as sum or mean of those that know it."""
    parts = RATIO.get(name, (name,))
    known = [a for a in ads if not any(math.isnan(_sum(a, part)) for part in parts)]
    if not known:
        return NAN
    sums = [sum(_sum(a, part) for a in known) for part in parts]
    if len(parts) == 2:
        return sums[0] / sums[1] if sums[1] else NAN
    return sums[0] / (len(known) if mean else 1)


def _naive(ads, own, name, side):
    rows = ads[own]
    if side == "previous":
        return _metric(_between(rows, FIRST - DAYS, FIRST - 1), name)
    if side == "same_weekday":
        weeks = [_metric(_between(rows, FIRST - 7 * at, LAST - 7 * at), name) for at in range(1, 9)]
        known = [week for week in weeks if not math.isnan(week)]
        return median(known) if len(known) >= 4 else NAN
    if side == "first_days":
        delivered = [r["day"] for r in rows if r["impressions"] > 0 and r["day"] <= LAST]
        start = min(delivered) + LEARNING_DAYS if delivered else FIRST
        return _metric(_between(rows, start, start + 6), name) if start + 7 <= FIRST else NAN
    window = {ad: _between(r, FIRST, LAST) for ad, r in ads.items()}
    group, campaign = rows[0]["ad_group_name"], rows[0]["campaign_name"]
    in_group = [ad for ad in ads if ads[ad][0]["ad_group_name"] == group]
    in_campaign = [ad for ad in ads if ads[ad][0]["campaign_name"] == campaign]
    if side in ("parent", "rest"):
        return _pooled([window[ad] for ad in in_group if side == "parent" or ad != own], name, mean=False)
    for pool in (in_group, in_campaign, list(ads)):
        others = [window[ad] for ad in pool if ad != own]
        known = [o for o in others if not any(math.isnan(_sum(o, part)) for part in RATIO.get(name, (name,)))]
        value = _pooled(others, name, mean=True)
        if len(known) >= 4 and not math.isnan(value):
            return value
    return NAN


def _table(rows, **targets):
    frame = facts([{k: v for k, v in r.items() if k != "day"} for r in rows])
    source = SignalSource(frame, int(DAY), Targets(**targets), Given(lag=AT_ONCE))
    return source.table("ad", DAYS, LAG, ("ctr",))


def _ads(rows):
    ads = {}
    for r in rows:
        ads.setdefault(r["ad_name"], []).append(r)
    return ads


@pytest.mark.parametrize("seed", range(6))
def test_every_side_is_what_the_rows_say(seed):
    rows = _rows(np.random.default_rng(seed))
    table, ads = _table(rows), _ads(rows)
    names = table.facts.entities["ad_name"].tolist()
    for side in SIDES:
        for name in (*NAMES, *RATIO):
            expected = [_naive(ads, ad, name, side) for ad in names]
            assert table.columns[f"{name}@{side}"] == pytest.approx(expected, nan_ok=True), (side, name)


def _random_condition(rng, depth=0):
    kind = rng.integers(0, 6 if depth < 3 else 3)
    if kind == 3:
        return All(all=tuple(_random_condition(rng, depth + 1) for _ in range(rng.integers(1, 4))))
    if kind == 4:
        return AnyOf(any=tuple(_random_condition(rng, depth + 1) for _ in range(rng.integers(1, 4))))
    if kind == 5:
        return Not.model_validate({"not": _random_condition(rng, depth + 1)})
    name = str(rng.choice([*NAMES, *RATIO]))
    side, times = str(rng.choice(SIDES)), float(rng.choice([0.5, 1.0, 1.3]))
    op = str(rng.choice(sorted(COMPARE)))
    return Test(metric=name, op=op, than=Than(metric=name, of=side, times=times))


def _answer(when, ads, ad):
    """True, False or None, straight from the rows of one ad."""
    if isinstance(when, Test):
        left = _metric(_between(ads[ad], FIRST, LAST), when.metric)
        right = _naive(ads, ad, when.than.metric, when.than.of) * when.than.times
        if math.isnan(left) or math.isnan(right):
            return None
        if math.isclose(left, right, rel_tol=1e-9):
            left = right  # sums in another order
        return bool(COMPARE[when.op](left, right))
    if isinstance(when, Not):
        inner = _answer(when.negated, ads, ad)
        return None if inner is None else not inner
    answers = [_answer(part, ads, ad) for part in (when.all if isinstance(when, All) else when.any)]
    decisive = not isinstance(when, All)
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


@pytest.mark.parametrize("seed", range(4))
def test_masks_over_sides_equal_a_naive_evaluator(seed):
    rng = np.random.default_rng(100 + seed)
    rows = _rows(rng)
    table, ads = _table(rows), _ads(rows)
    names = table.facts.entities["ad_name"].tolist()
    answers = set()
    for _ in range(40):
        when = _random_condition(rng)
        yes, unknown = table.conditions.masks(when)
        expected = [_answer(when, ads, ad) for ad in names]
        answers |= set(expected)
        assert yes.tolist() == [answer is True for answer in expected], when
        assert unknown.tolist() == [answer is None for answer in expected], when
    assert answers == {True, False, None}


def test_a_target_is_a_side_of_cost_and_return():
    rows = daily("a", -20, -1, impressions=100, clicks=9, spend=50, conversions=1, conversions_value=120)
    table = _table([r | {"day": 0} for r in rows], target_cpa={"meta": 40}, target_roas={"meta": 3})
    assert table.columns["cpa@target"].tolist() == [40]
    assert table.columns["roas@target"].tolist() == [3]
    when = Test.model_validate({"metric": "cpa", "op": ">", "than": {"of": "target", "times": 1.2}})
    assert table.conditions.masks(when)[0].tolist() == [True]


def test_a_column_is_made_once_for_all_rules_of_a_level_and_window(monkeypatch):
    import rules.comparisons as comparisons

    made = []
    original = comparisons.previous
    monkeypatch.setattr(comparisons, "previous", lambda *a: made.append(a[-1]) or original(*a))
    source = SignalSource(facts(daily("a", -30, -1, clicks=5, impressions=50)), int(DAY), Targets())
    for metrics in (("ctr",), ("ctr", "peer_ctr"), ("expected_conversions",)):
        table = source.table("ad", DAYS, LAG, metrics)
        when = Test.model_validate({"metric": "ctr", "op": "<", "than": {"of": "previous"}})
        table.conditions.masks(when)
    assert made == ["ctr"]
