"""Counts, in worlds whose truth is known, how often intervals hold it and what an action of no effect is credited with.

``python -m tests.rules.effect.simulate_effect [WORLDS [FIRST]]`` prints a line per promise and exits non-zero when one
falls short. Seeds count up from FIRST (0), so a line is the same on every run, and another FIRST is another sample.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from rules.effect.did import did_of
from rules.effect.found import OUTCOMES, Effect
from rules.effect.intervals import SMALL_ARM
from rules.effect.its import its_of
from rules.effect.lift import lift_of
from rules.effect.money import saved_by
from tests.rules.effect import worlds

WORLDS = 1_000
COVERED = (0.93, 0.97)
LEAST_COVERED = (0.93, 1.0)
LARGE_TIMES = 3  # large arms are cheap to compare: more worlds, less chance in the share
CTR, CPA = OUTCOMES["ctr"], OUTCOMES["cpa"]
ARMS = ((180, 20), (80, 20), (160, 40), (450, 80), (8_000, 2_000))
EFFECTS = (0.0, 0.1, 0.3, -0.2)
UNLIKE = (0.2, 0.3)  # an effect of 20 % on average that differs by 30 points between ads


class Line(NamedTuple):
    """One promise: what was measured, between which limits it must lie, and whether it does."""

    name: str
    measured: float
    low: float
    high: float
    holds: bool


def line(name: str, measured: float, limits: tuple[float, float]) -> Line:
    """A line that holds when ``measured`` lies within ``limits``."""
    return Line(name, round(float(measured), 4), *limits, bool(limits[0] <= measured <= limits[1]))


def lines(worlds_each: int = WORLDS, first: int = 0) -> Iterator[Line]:
    """Every line, as it is counted, from ``worlds_each`` worlds of each kind; accounts are dear, so fewer of them."""
    yield from lift_lines(worlds_each, first=first)
    yield from money_lines(worlds_each, first)
    yield from account_lines(max(100, 2 * worlds_each // 5), first=first)


def lift_lines(count: int, arms=ARMS, effects=EFFECTS, first: int = 0) -> Iterator[Line]:
    """Coverage of the lift interval by effect, arm sizes and outcome."""
    for sizes in arms:
        numbers = range(first, first + (LARGE_TIMES if min(sizes) >= SMALL_ARM else 1) * count)
        for effect in effects:
            yield _lift(f"CTR {effect:+.0%}", sizes, numbers, effect, CTR, worlds.clicks_arms)
        name = f"CTR {UNLIKE[0]:+.0%}, unlike by {UNLIKE[1]:.0%}"
        yield _lift(name, sizes, numbers, UNLIKE[0], CTR, lambda *drawn: worlds.clicks_arms(*drawn, UNLIKE[1]))
        for effect in (0.0, -0.2):
            yield _lift(f"CPA {effect:+.0%}", sizes, numbers, effect, CPA, worlds.cost_arms)


def _lift(name, sizes, numbers: range, effect, outcome, draw: Callable) -> Line:
    seeds = [[seed, *sizes, round(100 * effect) % 1_000] for seed in numbers]
    said = [lift_of(*draw(np.random.default_rng(seed), sizes, effect), outcome) for seed in seeds]
    label = f"lift holds {name}, {sizes[0]} acted on, {sizes[1]} withheld"
    return line(label, covered(said, effect), COVERED)


def covered(said: list[Effect], effect: float) -> float:
    """Share of the intervals that hold the true effect; one that is missing holds nothing."""
    return float(np.mean([one.enough and one.low <= effect <= one.high for one in said]))


def money_lines(count: int, first: int = 0) -> Iterator[Line]:
    """Coverage of the money saved by a pause and by a cut."""
    for sizes in ((160, 40), (450, 80), (2_000, 500)):
        for left in (0.0, 0.7):
            held = []
            for seed in range(first, first + count):
                treated, withheld, expected = worlds.spend_arms(np.random.default_rng([seed, *sizes]), sizes, left)
                said = saved_by(treated, withheld)
                held.append(said.low <= expected <= said.high)
            what = "a pause" if not left else "a cut"
            yield line(f"money saved by {what}, {sizes[1]} withheld", np.mean(held), COVERED)


def account_lines(count: int, effects=(0.0, 0.25), first: int = 0) -> Iterator[Line]:
    """What is said of accounts whose worst ads were acted on, though most of those come back by themselves."""
    numbers = range(first, first + count)
    for effect in effects:
        drawn = [worlds.account(np.random.default_rng(seed), effect) for seed in numbers]
        bare = [worlds.account(np.random.default_rng(seed), effect, withhold=False) for seed in numbers]
        lift = [lift_of(*one.arms(), CTR) for one in drawn]
        did = [did_of(*one.panels(), worlds.STRETCH, CTR) for one in bare]
        its = [its_of(one.days, worlds.ACTED_ON, CTR, worlds.FLAG_WINDOW) for one in bare]
        if not effect:
            naive = np.mean([one.naive() for one in bare])
            yield line("before/after credits an action of no effect with", naive, (0.4, 1.0))
        for name, said, limits in (("holdout", lift, COVERED), ("peers", did, COVERED), ("series", its, LEAST_COVERED)):
            yield line(f"{name} holds {effect:+.0%} of the flagged", covered(said, effect), limits)
            off = np.mean([one.value for one in said]) - effect
            yield line(f"{name} is off on average at {effect:+.0%} by", off, (-0.03, 0.03))
        alike = np.mean([one.because == "parallel" for one in did])
        yield line(f"peers that run alike pass the check of the trend at {effect:+.0%}", alike, (0.8, 1.0))
    apart = [worlds.account(np.random.default_rng(seed), drift=-0.02, withhold=False) for seed in numbers]
    trusted = np.mean([did_of(*one.panels(), worlds.STRETCH, CTR).trust == "medium" for one in apart])
    yield line("peers drifting apart by 2% a week are trusted all the same", trusted, (0.0, 0.05))


def main(given: list[str]) -> int:
    """0 when every line holds, 1 otherwise."""
    short = 0
    for one in lines(*(int(number) for number in given[:2])):
        short += not one.holds
        mark = "ok   " if one.holds else "SHORT"
        print(f"{mark} {one.name}: {one.measured:.3f} (must lie in {one.low:.2f} to {one.high:.2f})", flush=True)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
