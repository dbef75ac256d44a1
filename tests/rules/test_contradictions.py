"""A condition is called impossible exactly when no numbers meet it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.condition_form import All, AnyOf, Not, Test, Than
from rules.conditions import COMPARE, Conditions
from rules.contradictions import clash

METRICS = ("clicks", "impressions")
# Thresholds are whole; the grid also holds what lies between, below and above them.
GRID = np.arange(0.0, 7.0, 0.5)
threshold = st.sampled_from([0.0, 1.0, 2.0, 3.0])
metric, operator = st.sampled_from(METRICS), st.sampled_from(sorted(COMPARE))
valued = st.builds(lambda name, op, value: Test(metric=name, op=op, value=value), metric, operator, threshold)
between = st.builds(
    lambda name, low, more: Test(metric=name, op="between", value=(low, low + more)), metric, threshold, threshold
)
compared = st.builds(
    lambda op, times: Test(metric="clicks", op=op, than=Than(metric="impressions", times=times)),
    operator,
    st.sampled_from([0.5, 1.0, 2.0]),
)


def _conditions(tests):
    return st.recursive(
        tests,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(all=tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(any=tuple(parts))),
            inner.map(lambda part: Not.model_validate({"not": part})),
        ),
        max_leaves=7,
    )


def _met(when):
    points = np.array(list(itertools.product(GRID, GRID)))
    columns = {name: points[:, at] for at, name in enumerate(METRICS)}
    return Conditions(columns, len(points)).masks(when)[0]


@settings(max_examples=400, deadline=None)
@given(when=_conditions(st.one_of(valued, between)))
def test_impossible_and_always_are_found_exactly(when):
    met = _met(when)
    assert (clash(when) is not None) == (not met.any())
    assert (clash(when, negated=True) is not None) == met.all()


@settings(max_examples=300, deadline=None)
@given(when=_conditions(st.one_of(valued, between, compared)))
def test_nothing_that_can_be_met_is_called_impossible(when):
    if clash(when) is not None:
        assert not _met(when).any()


@settings(max_examples=150, deadline=None)
@given(one=_conditions(valued), other=_conditions(valued))
def test_what_follows_from_a_condition_is_found(one, other):
    excluded = clash(All(all=(one, Not.model_validate({"not": other})))) is not None
    assert excluded == bool((~_met(one) | _met(other)).all())


@pytest.mark.parametrize(
    ("one", "other", "possible"),
    [
        (("cpa", ">", 1.2, "target_cpa"), ("cpa", "<", 1.0, "target_cpa"), False),
        (("cpa", ">", 1.2, "target_cpa"), ("target_cpa", ">=", 1.0, "cpa"), False),
        (("cpa", ">", 1.2, "target_cpa"), ("cpa", "<", 1.5, "target_cpa"), True),
        (("cpa", ">=", 2.0, "target_cpa"), ("cpa", "<=", 1.0, "target_cpa"), True),  # where both are 0
    ],
)
def test_multiples_of_another_metric_are_held_together(one, other, possible):
    parts = tuple(Test(metric=m, op=op, than=Than(metric=of, times=times)) for m, op, times, of in (one, other))
    assert (clash(All(all=parts)) is None) == possible


def test_a_condition_of_many_alternatives_is_answered_in_time():
    pair = [{"metric": "ctr", "op": ">", "value": 0.1}, {"metric": "spend", "op": ">", "value": 5}]
    when = All.model_validate(
        {"all": [{"any": [{**p, "value": p["value"] + at / 1e4} for p in pair]} for at in range(25)]}
    )
    assert clash(when) is None
