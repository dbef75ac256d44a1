"""What the solver promises on any problem: bounds hold, more money never hurts, names, order and units are nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Family, curve_from
from optimizer.solve.rules import LinearRules, violation
from optimizer.solve.solving import Answer, solve
from optimizer.solve.task import Task, spend_task
from tests.optimizer.test_solve import simplex

COMMON = settings(max_examples=4, deadline=None)


def drawn(seed: int, size: int, *, s_shaped: bool, money: float = 1.0, worth: float = 1.0) -> list[Family]:
    rng = np.random.default_rng(seed)
    out: list[Family] = []
    for number in range(size):
        a, k = float(rng.uniform(0.5, 3.0)) * worth, float(rng.uniform(0.2, 1.5)) * money
        steep = float(rng.uniform(1.5, 4.0)) if s_shaped else float(rng.uniform(0.5, 1.0))
        name = ("hill", "log", "tanh", "hill")[number % 4]
        parts = {"hill": {"a": a, "k": k, "s": steep}, "log": {"a": a, "b": k}, "tanh": {"a": a, "b": k}}
        out.append(curve_from(name, parts[name]))
    return out


def task_of(
    seed: int, size: int, *, s_shaped: bool, least: bool = False, money: float = 1.0, worth: float = 1.0
) -> Task:
    """Curves under a budget and a group cap; every third channel jumps where there are least amounts."""
    curves = drawn(seed, size, s_shaped=s_shaped, money=money, worth=worth)
    rows = np.ones((2, size))
    rows[1, size // 2 :] = 0.0
    budget = 0.4 * size * money
    plain = simplex(size, budget)
    rules = LinearRules(
        type(plain.matrix)(rows), np.full(2, -np.inf), np.array([budget, 0.6 * budget]), plain.lower, plain.upper * 0.7
    )
    jumps = np.where(np.arange(size) % 3 == 0, 0.25 * money, 0.0) if least else np.zeros(size)
    return spend_task(rules, curves, np.arange(size), least=jumps)


def worth_of(task: Task, spend: np.ndarray) -> float:
    return float(sum(curve.value(np.array(x)) for curve, x in zip(task.banks[0].curves, spend, strict=True)))


def kinds(test):
    return pytest.mark.parametrize(
        ("s_shaped", "least"), [(False, False), (True, False), (True, True)], ids=["concave", "S", "S and jumps"]
    )(test)


@kinds
@given(seed=st.integers(0, 10_000), size=st.integers(2, 9))
@COMMON
def test_no_plan_found_at_random_passes_the_bound_or_beats_the_plan_by_more_than_the_gap(seed, size, s_shaped, least):
    task = task_of(seed, size, s_shaped=s_shaped, least=least)
    found = solve(task)
    assert found.status == "optimal"
    assert found.gap <= (1e-4 if s_shaped else 1e-6)
    assert violation(task.rules, found.point) <= 1e-9
    assert found.objective == pytest.approx(worth_of(task, found.point[:size]), rel=1e-12)
    rng = np.random.default_rng(seed)
    rules = task.rules
    for _ in range(200):
        spend = rng.dirichlet(np.full(size, 0.3)) * rules.row_upper[0] * rng.uniform(0.3, 1.0)
        spend = np.minimum(spend, rules.upper[:size])
        spend = np.where(spend < task.least, 0.0, spend)
        if (rules.matrix[:, :size] @ spend <= rules.row_upper).all():
            assert worth_of(task, spend) <= found.bound * (1 + 1e-12)


@kinds
@given(seed=st.integers(0, 10_000), size=st.integers(2, 6))
@COMMON
def test_more_budget_is_never_worse(seed, size, s_shaped, least):
    task = task_of(seed, size, s_shaped=s_shaped, least=least)
    worths = []
    for factor in (0.5, 0.8, 1.0, 1.3):
        limits = task.rules.row_upper * factor
        worths.append(solve(replace(task, rules=replace(task.rules, row_upper=limits))))
    for less, more in itertools.pairwise(worths):
        assert more.bound >= less.objective * (1 - 1e-12)
        assert more.objective >= less.objective * (1 - (1e-4 if s_shaped else 1e-9))


@kinds
@given(seed=st.integers(0, 10_000), size=st.integers(3, 8))
@COMMON
def test_the_order_of_channels_changes_nothing(seed, size, s_shaped, least):
    task = task_of(seed, size, s_shaped=s_shaped, least=least)
    order = np.random.default_rng(seed).permutation(size)
    columns = np.append(order, size)
    rules = task.rules
    turned = LinearRules(
        type(rules.matrix)(rules.matrix.tocsc()[:, columns]),
        rules.row_lower,
        rules.row_upper,
        rules.lower[columns],
        rules.upper[columns],
    )
    other = replace(
        task, rules=turned, banks=(CurveBank([task.banks[0].curves[i] for i in order]),), least=task.least[order]
    )
    one, two = solve(task), solve(other)
    assert two.objective == pytest.approx(one.objective, rel=1e-4 if s_shaped else 1e-9)


@kinds
@pytest.mark.parametrize("money", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("worth", [1e-8, 1e-4, 1e8])
def test_units_of_money_and_of_results_change_nothing(money, worth, s_shaped, least):
    plain = solve(task_of(3, 7, s_shaped=s_shaped, least=least))
    other = solve(task_of(3, 7, s_shaped=s_shaped, least=least, money=money, worth=worth))
    assert other.gap <= (1e-4 if s_shaped else 1e-6)
    assert other.objective / worth == pytest.approx(plain.objective, rel=1e-9)
    assert other.point[:7] / money == pytest.approx(plain.point[:7], rel=1e-5, abs=1e-7)


@kinds
@given(seed=st.integers(0, 10_000), size=st.integers(2, 6))
@COMMON
def test_the_plan_is_never_below_the_one_it_is_compared_with(seed, size, s_shaped, least):
    task = task_of(seed, size, s_shaped=s_shaped, least=least)
    best = solve(task)
    anchored = solve(task, anchor=best.point)
    assert anchored.objective >= best.objective * (1 - 1e-12)


@given(seed=st.integers(0, 10_000))
@COMMON
def test_small_plans_are_as_good_as_any_on_a_fine_grid(seed):
    task = task_of(seed, 3, s_shaped=True, least=True)
    found = solve(task)
    rules = task.rules
    steps = [np.linspace(0.0, rules.upper[channel], 41) for channel in range(3)]
    grid = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    grid = grid[((grid == 0.0) | (grid >= task.least)).all(axis=1)]
    grid = grid[(grid @ rules.matrix[:, :3].toarray().T <= rules.row_upper).all(axis=1)]
    values = sum(curve.value(grid[:, channel]) for channel, curve in enumerate(task.banks[0].curves))
    assert found.objective >= float(values.max()) * (1 - 1e-4)


@given(seed=st.integers(0, 10_000), most=st.integers(1, 4))
@example(seed=8950, most=3)  # at 1e-6 from whole, the solver's bound lay a hundredth below the best plan
@settings(max_examples=2, deadline=None)
def test_the_number_of_channels_is_chosen_as_well_as_by_trying_every_choice(seed, most):
    size = 5
    task = task_of(seed, size, s_shaped=bool(seed % 2))
    counted = with_switches(task, size, most)
    found = solve(counted)
    assert found.status == "optimal"
    assert np.count_nonzero(found.point[:size] > 1e-9) <= most
    best = 0.0
    for chosen in itertools.combinations(range(size), most):
        upper = task.rules.upper.copy()
        upper[[number for number in range(size) if number not in chosen]] = 0.0
        best = max(best, solve(replace(task, rules=replace(task.rules, upper=upper))).objective)
    assert found.objective >= best * (1 - 2e-4)
    assert found.bound >= best * (1 - 1e-9)


def with_switches(task: Task, size: int, most: int) -> Task:
    """The task with an on/off column a channel, tied to its spend, and at most ``most`` of them on."""
    import scipy.sparse as sp

    rules = task.rules
    ties = sp.hstack([sp.eye_array(size), sp.csc_array((size, 1)), -sp.diags_array(rules.upper[:size])])
    count = sp.csc_array(np.concatenate([np.zeros(size + 1), np.ones(size)])[None])
    wide = sp.hstack([rules.matrix, sp.csc_array((2, size))])
    grown = LinearRules(
        sp.csc_array(sp.vstack([wide, ties, count])),
        np.full(3 + size, -np.inf),
        np.concatenate([rules.row_upper, np.zeros(size), [most]]),
        np.concatenate([rules.lower, np.zeros(size)]),
        np.concatenate([rules.upper, np.ones(size)]),
    )
    return replace(
        task,
        rules=grown,
        cost=np.concatenate([task.cost, np.zeros(size)]),
        integer=np.concatenate([task.integer, np.ones(size, dtype=bool)]),
        scale=np.concatenate([task.scale, np.ones(size)]),
    )


def test_the_same_task_gives_the_same_answer_to_the_last_bit():
    def once() -> Answer:
        return solve(task_of(11, 9, s_shaped=True, least=True))

    one, two = once(), once()
    assert np.array_equal(one.point, two.point)
    assert (one.objective, one.bound) == (two.objective, two.bound)
