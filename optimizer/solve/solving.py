"""Decides the best plan of a task, with proof: prices first, whole-number branches only where prices leave a gap.

concave                 adaptive linear programme, certificate on the true curves
S-shaped, jumps, wholes the same on concave envelopes (a Lagrangian bound), then a programme over the branches that
                        no price rules out, every candidate polished on the true curves
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from optimizer.curves.bank import Blend
from optimizer.curves.curve import Array
from optimizer.solve.certificate import outcome_weights, reduced_cost, relative_gap
from optimizer.solve.envelope import EnvelopeBank
from optimizer.solve.mixed import mixed_programme, possible
from optimizer.solve.newton import called_for
from optimizer.solve.polish import polish
from optimizer.solve.refine import Solved, refine
from optimizer.solve.regions import RegionMaker
from optimizer.solve.rules import violation
from optimizer.solve.task import Scaled, Task, filled, scaled

CONCAVE_GAP = 1e-6
MIXED_GAP = 1e-4
FINE_GAP = 1e-6  # what is aimed at where few branches are left and it costs next to nothing
FEW = 60  # switches of such a programme
FINE_ROUNDS = 2  # programmes that are spent on it
ROUNDS = 8  # programmes over branches before the proven gap is handed over as it is
BRANCHED = 0  # cells between branches of which every combination is tried as a first plan
SPREAD = np.array([[0.8], [1.0], [1.25]])  # of the hurdle: where the lines touch the curves at first
KEPT = 1e-7  # violation of a scaled row that counts as kept
POLISHED = 1e-9  # certified gap of a polishing step


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan in true units with its proof; ``prices`` are worth a unit of each row, ``hurdles`` of each cell's money.

    ``local``: the prices are those of the chosen branches, not of the whole problem. ``how`` names the path.
    """

    status: str
    point: Array
    objective: float
    bound: float
    prices: Array
    hurdles: Array
    rounds: int
    how: str
    local: bool = False
    backstop: bool = False

    @property
    def gap(self) -> float:
        """Proven relative distance to the best possible worth."""
        return relative_gap(self.objective, self.bound)


def solve(task: Task, *, anchor: Array | None = None, tolerance: float | None = None) -> Answer:
    """The certified best point of ``task``; ``anchor`` (a point within the rules) is never done worse than."""
    shrunk = scaled(task)
    inner = shrunk.task
    start = None if anchor is None else filled(inner, inner.banks, anchor / shrunk.columns)
    if is_concave(inner):
        found = refine(
            inner,
            inner.banks,
            through=None if start is None else start[inner.at],
            tolerance=tolerance or CONCAVE_GAP,
        )
        return answered(shrunk, found, "concave")
    return _by_branches(shrunk, start, tolerance or MIXED_GAP)


def is_concave(task: Task) -> bool:
    """Whether prices alone settle the task: concave curves, no least amounts, nothing whole."""
    if task.integer.any() or np.any(task.least > 0):
        return False
    low, high = task.rules.lower[task.at], task.rules.upper[task.at]
    return not any(np.any((bank.inflection() > low) & (high > low)) for bank in task.banks)


def answered(shrunk: Scaled, found: Solved, how: str, *, local: bool = False, backstop: bool = False) -> Answer:
    """What was found of a scaled task, in true units."""
    prices = shrunk.prices(found.prices) if len(found.prices) == len(shrunk.rows) else np.zeros(len(shrunk.rows))
    task = shrunk.task
    hurdles = np.zeros(len(task.at))
    if len(found.prices) == len(shrunk.rows):
        hurdles = -reduced_cost(task, found.prices)[task.at] * shrunk.unit / shrunk.columns[task.at]
    return Answer(
        status=found.status,
        point=shrunk.point(found.point),
        objective=found.objective * shrunk.unit,
        bound=found.bound * shrunk.unit,
        prices=prices,
        hurdles=np.asarray(hurdles),
        rounds=found.rounds,
        how=how,
        local=local,
        backstop=backstop,
    )


def _by_branches(shrunk: Scaled, start: Array | None, tolerance: float) -> Answer:
    task = shrunk.task
    low, high = task.rules.lower[task.at], task.rules.upper[task.at]
    envelope = EnvelopeBank(task.banks[0], low, high, task.least)
    relaxed = refine(opened(task), [envelope], through=envelope.touch, exact=False, tolerance=0.1 * tolerance)
    if relaxed.status != "optimal":
        return answered(shrunk, relaxed, "envelope")
    best = _best_of([_kept(task, start), *_rounded(task, envelope, relaxed.point, relaxed.prices)])
    if best is not None and relative_gap(best.objective, relaxed.bound) <= min(tolerance, FINE_GAP):
        return answered(shrunk, replace(best, bound=relaxed.bound, rounds=relaxed.rounds), "lagrangian", local=True)
    return _answer_of_branches(shrunk, envelope, relaxed, best, tolerance)


def _answer_of_branches(
    shrunk: Scaled, envelope: EnvelopeBank, relaxed: Solved, best: Solved | None, tolerance: float
) -> Answer:
    task, bound, backstop = shrunk.task, relaxed.bound, False
    high = task.rules.upper[task.at]
    priced = relaxed.proof
    assert priced is not None  # noqa: S101  (an envelope has kinks, so a linear programme settled it)
    weight = outcome_weights(task, reduced_cost(task, relaxed.prices))[0]
    maker = RegionMaker(task)
    for spend in np.clip(priced.blend.spend_at(priced.hurdle * SPREAD), envelope.touch, high):
        maker.cut(spend)
    for spend in (relaxed.point[task.at], *([] if best is None else [best.point[task.at]])):
        maker.cut(spend)
    finer = 0
    for _ in range(ROUNDS):
        worth = -np.inf if best is None else best.objective
        regions = [possible(own, priced, weight, worth) for own in maker.regions()]
        few = sum(len(own) - 1 for own in regions) <= FEW
        enough = best is not None and relative_gap(best.objective, bound) <= tolerance
        if enough and (not few or finer >= FINE_ROUNDS):
            break
        finer += enough
        aim = min(tolerance, FINE_GAP) if few else tolerance
        answer, point = mixed_programme(task, regions).solve(0.4 * aim)
        backstop = backstop or answer.status == "backstop"
        if answer.status == "infeasible":
            if best is None:
                return answered(shrunk, replace(relaxed, status="infeasible"), "branches")
            bound = min(bound, worth)
            break
        if np.isfinite(answer.bound):
            bound = min(bound, max(answer.bound, worth))
        if best is not None and relative_gap(best.objective, bound) <= FINE_GAP:
            break
        if point is not None:
            near = polish(task, point, POLISHED, relaxed.prices) or _as_it_is(task, point)
            maker.cut(point[task.at])
            if near is not None:
                maker.cut(near.point[task.at])
                maker.cut(_called_for(task, near.prices))
            best = _best_of([best, near])
        if best is not None and relative_gap(best.objective, bound) <= aim:
            break
    if best is None:
        return answered(shrunk, replace(relaxed, status="unsolved"), "branches", backstop=backstop)
    found = replace(best, bound=max(bound, best.objective))
    return answered(shrunk, found, "branches", local=True, backstop=backstop)


def _called_for(task: Task, prices: Array) -> Array:
    """Where each cell would stand on its concave branch at the prices of a plan: equal cells get equal cuts."""
    return called_for(task, Blend(task.banks, outcome_weights(task, reduced_cost(task, prices))), prices)


def _as_it_is(task: Task, point: Array) -> Solved | None:
    """A plan on the true curves without polish, where it keeps the rules."""
    true = filled(task, task.banks, point)
    if violation(task.rules, true) > KEPT:
        return None
    return Solved("optimal", true, task.objective(true), float("inf"), np.zeros(len(task.rules.row_lower)), 0)


def opened(task: Task) -> Task:
    """The task as the envelope sees it: where a cell may be off, its spend may be 0."""
    lower = task.rules.lower.copy()
    lower[task.at] = np.where(task.least > 0, 0.0, lower[task.at])
    return task.with_bounds(lower, task.rules.upper)


def _best_of(found: list[Solved | None]) -> Solved | None:
    best: Solved | None = None
    for one in found:
        if one is not None and (best is None or one.objective > best.objective):
            best = one
    return best


def _kept(task: Task, start: Array | None) -> Solved | None:
    """The anchor, made better on its own branches; itself where that cannot be."""
    if start is None or violation(task.rules, start) > KEPT:
        return None
    found, plain = polish(task, start, POLISHED), _as_it_is(task, start)
    return _best_of([plain, found])


def _rounded(task: Task, envelope: EnvelopeBank, point: Array, prices: Array) -> list[Solved | None]:
    """Polished plans from the envelope's: cells between branches go either way, the first few in every combination."""
    if np.any(np.abs(point[task.integer] - np.round(point[task.integer])) > 1e-6):
        return []
    spend = point[task.at]
    width = envelope.touch - envelope.start
    inside = np.flatnonzero((spend > envelope.start + 1e-9 * width) & (spend < envelope.touch - 1e-9 * width))
    share = (spend[inside] - envelope.start[inside]) / width[inside]
    middle = inside[np.argsort(np.abs(share - 0.5), kind="stable")][:BRANCHED]
    nearest = spend.copy()
    nearest[inside] = np.where(share < 0.5, envelope.start[inside], envelope.touch[inside])
    out = []
    for ups in itertools.product((False, True), repeat=len(middle)):
        tried = nearest.copy()
        tried[middle] = np.where(ups, envelope.touch[middle], envelope.start[middle])
        wanted = point.copy()
        wanted[task.at] = tried
        out.append(polish(task, wanted, POLISHED, prices))
    return out
