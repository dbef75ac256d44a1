"""Exact prices: sums over a matrix, the guess they start from, switches tried one by one, each against another way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optimizer.curves.curve import Family, curve_from
from optimizer.solve import mixed, refine
from optimizer.solve.entries import Entries
from optimizer.solve.rules import LinearRules, violation
from optimizer.solve.solving import solve
from optimizer.solve.task import spend_task

SEEDS = st.integers(0, 10_000)


def drawn_rules(rng: np.random.Generator, cells: int) -> LinearRules:
    """A budget, caps and floors over overlapping groups with weights, and now and then an equality."""
    count = int(rng.integers(1, 5))
    rows, low, high = [np.ones(cells)], [-np.inf], [100.0 * cells]
    for _ in range(count):
        inside = rng.random(cells) < 0.4
        inside[rng.integers(cells)] = True
        weight = np.where(inside, rng.uniform(0.5, 2.0, cells), 0.0)
        share = float(rng.uniform(0.2, 1.2)) * 100.0 * float(weight.sum())
        kind = int(rng.integers(3))
        rows.append(weight)
        low.append(share * 0.5 if kind else -np.inf)
        high.append(share if kind < 2 else share * 0.5)
    matrix = sp.csc_array(np.array(rows))
    return LinearRules(matrix, np.array(low), np.array(high), np.zeros(cells), rng.uniform(80.0, 500.0, cells))


def drawn_curves(rng: np.random.Generator, cells: int, steepest: float = 1.0) -> list[Family]:
    made = []
    for _ in range(cells):
        top, half = float(rng.uniform(50.0, 500.0)), float(rng.uniform(20.0, 300.0))
        made.append(curve_from("hill", {"a": top, "k": half, "s": float(rng.uniform(0.5, steepest))}))
    return made


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 8), st.integers(1, 12), st.sampled_from([0.2, 1.0]))
def test_sums_by_place_are_the_matrix_products(seed: int, rows: int, columns: int, full: float) -> None:
    rng = np.random.default_rng(seed)
    matrix = sp.csc_array(np.where(rng.random((rows, columns)) < full, rng.normal(size=(rows, columns)), 0.0))
    entries, by_column, by_row = Entries(matrix), rng.normal(size=columns), rng.normal(size=rows)
    weight = rng.random(columns)
    np.testing.assert_allclose(entries.times(by_column), matrix @ by_column, atol=1e-12)
    np.testing.assert_allclose(entries.turned(by_row), matrix.T @ by_row, atol=1e-12)
    dense = matrix.toarray()
    np.testing.assert_allclose(entries.weighed(weight), (dense * weight) @ dense.T, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(2, 25))
@example(seed=64, cells=9)  # a spend so near 0 that a share of it is nothing
@example(seed=1264, cells=3)
def test_a_guess_changes_the_way_but_not_the_plan(seed: int, cells: int) -> None:
    rng = np.random.default_rng(seed)
    rules, curves = drawn_rules(rng, cells), drawn_curves(rng, cells)
    task = spend_task(rules, curves, np.arange(cells))
    guessed = solve(task)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refine, "guess_prices", no_guess)
        programmed = solve(task)
    assert guessed.status == programmed.status
    if guessed.status != "optimal":
        return
    assert guessed.gap <= 1e-6
    assert violation(rules, guessed.point[:cells]) <= 1e-6 * 100.0 * cells
    assert guessed.objective == pytest.approx(programmed.objective, rel=1e-6)
    assert guessed.objective <= programmed.bound * (1.0 + 1e-9)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(2, 6))
def test_few_switches_tried_one_by_one_give_what_branching_gives(seed: int, cells: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = drawn_rules(rng, cells)
    rules = replace(drawn, row_lower=np.full(len(drawn.row_lower), -np.inf))
    least = np.where(rng.random(cells) < 0.5, rng.uniform(20.0, 80.0, cells), 0.0)
    task = spend_task(rules, drawn_curves(rng, cells, 3.0), np.arange(cells), least=least)
    tried = {}
    for few in (0, 6):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mixed, "FEW", few)
            tried[few] = solve(task)
    assert {one.status for one in tried.values()} == {"optimal"}
    assert tried[6].objective == pytest.approx(tried[0].objective, rel=2e-4)
    assert all(one.objective <= other.bound * (1.0 + 1e-9) for one in tried.values() for other in tried.values())


def no_guess(*_: Any) -> None:
    """What the guess says where no row covers every cell."""
    return
