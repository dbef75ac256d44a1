"""Packed masks give every entity the answer that a plain evaluator gives it row by row."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.condition_form import All, AnyOf, Not, Test, Than
from rules.conditions import COMPARE, Conditions

METRICS = ("spend", "clicks", "conversions")
number = st.sampled_from([0.0, 1.0, -2.5, 3.0, 1e-5, 1e16])
metric, operator = st.sampled_from(METRICS), st.sampled_from(sorted(COMPARE))


def _between(name, one, other):
    return Test(metric=name, op="between", value=(min(one, other), max(one, other)))


def _than(name, op, other, times):
    return Test(metric=name, op=op, than=Than(metric=other, times=times))


tests = st.one_of(
    st.builds(lambda name, op, value: Test(metric=name, op=op, value=value), metric, operator, number),
    st.builds(_between, metric, number, number),
    st.builds(_than, metric, operator, metric, st.sampled_from([1.0, 0.5])),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(all=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(any=tuple(parts))),
        inner.map(lambda part: Not.model_validate({"not": part})),
    ),
    max_leaves=8,
)
value = st.one_of(st.just(math.nan), number)


def _naive(when, row):
    """True, False or None for one row."""
    if isinstance(when, Test):
        left = row[when.metric]
        right = row[when.than.metric] * when.than.times if when.than else when.value
        if math.isnan(left) or (isinstance(right, float) and math.isnan(right)):
            return None
        return right[0] <= left <= right[1] if isinstance(right, tuple) else bool(COMPARE[when.op](left, right))
    if isinstance(when, Not):
        inner = _naive(when.negated, row)
        return None if inner is None else not inner
    answers = [_naive(part, row) for part in (when.all if isinstance(when, All) else when.any)]
    decisive = not isinstance(when, All)
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


@settings(max_examples=120, deadline=None)
@given(when=conditions, rows=st.lists(st.tuples(value, value, value), min_size=1, max_size=40))
def test_masks_equal_a_naive_row_evaluator(when, rows):
    columns = {name: np.array([row[at] for row in rows]) for at, name in enumerate(METRICS)}
    yes, unknown = Conditions(columns, len(rows)).masks(when)
    expected = [_naive(when, dict(zip(METRICS, row, strict=True))) for row in rows]
    assert yes.tolist() == [answer is True for answer in expected]
    assert unknown.tolist() == [answer is None for answer in expected]


class _Counting(dict):
    reads = 0

    def __getitem__(self, name):
        type(self).reads += 1
        return super().__getitem__(name)


def test_an_equal_comparison_is_computed_once():
    columns = _Counting(spend=np.array([1.0, 5.0, math.nan]))
    told = Conditions(columns, 3)
    part = Test(metric="spend", op=">", value=2)
    for _ in range(5):
        yes, unknown = told.masks(All(all=(part, AnyOf(any=(part, Test(metric="spend", op=">", value=2))))))
    assert _Counting.reads == 1
    assert yes.tolist() == [False, True, False]
    assert unknown.tolist() == [False, False, True]
