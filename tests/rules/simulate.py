"""Counts what the rules say about accounts whose truth is known, and fails when a promise falls short.

``python -m tests.rules.simulate [--seed N]`` prints a line per promise; status 1 when one does not hold. The pinned
generator has fixed seeds. The second one draws every parameter of its accounts from ``--seed``, a fresh one each run
unless given. Every figure comes out of ``rules.judge.judge`` with the shipped packs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from rules.loading import LoadedPack, shipped_packs
from tests.rules import naive, truth
from tests.rules.effect import simulate_effect
from tests.rules.judged_truth import Looks, Tally, nightly, tally

MOST_FALSE, MOST_FALSE_AUTOMATIC, MOST_EVER, LEAST_POWER = 0.14, 0.05, 0.02, 0.15
CPA, RATIO = 300.0, 1.2
WITHIN, ACROSS = date(2026, 1, 12), date(2026, 3, 17)  # thirty mornings inside a quarter, and over the end of one
DAYS = {WITHIN: 58, ACROSS: 75}
LEAST_DUE = 5.0


class Line(NamedTuple):
    """One promise: what was measured, between which limits it must lie, and out of how many."""

    name: str
    measured: float
    low: float
    high: float
    out_of: int = 0

    @property
    def holds(self) -> bool:
        """Whether it lies within."""
        return self.low <= self.measured <= self.high


def at_most(name: str, measured: float, high: float, out_of: int) -> Line:
    """A share that must not be larger."""
    return Line(name, measured, 0.0, high, out_of)


def at_least(name: str, measured: float, low: float, out_of: int) -> Line:
    """A share that must not be smaller."""
    return Line(name, measured, low, 1.0, out_of)


def packs() -> dict[str, LoadedPack]:
    """The shipped rules by id."""
    return {pack.id: (pack, ref) for pack, ref in shipped_packs()}


Draw = Callable[[np.random.Generator], truth.Account]
DrawCosts = Callable[[np.random.Generator], truth.Costs]


def clicks(draw: Draw, seeds: list[int], days: int | None = None) -> Iterator[truth.Diary]:
    """One account a seed."""
    for seed in seeds:
        rng = np.random.default_rng(seed)
        yield truth.clicks_of(draw(rng), rng, days)


def costs(draw: DrawCosts, seeds: list[int], days: int, burst: float = 0.0) -> Iterator[truth.Diary]:
    """One account a seed."""
    for seed in seeds:
        rng = np.random.default_rng(seed)
        yield truth.conversions_of(draw(rng), rng, days, CPA, burst)


def found_lines(name: str, said: Tally, least_power: float) -> Iterator[Line]:
    """The three promises of one look."""
    yield at_most(f"{name}: false among proposals", said.false_share, MOST_FALSE, said.flagged)
    yield at_least(f"{name}: power", said.power, least_power, said.bad)
    yield at_most(f"{name}: false among automatic actions", said.sure_false_share, MOST_FALSE_AUTOMATIC, said.sure)


def looks_line(name: str, first: date, said: Looks) -> Line:
    """The promise of thirty looks."""
    when = (
        "within a quarter" if first == WITHIN else "over the end of a quarter" if first == ACROSS else f"from {first}"
    )
    return at_most(f"{name}: healthy and proposed in thirty nights, {when}", said.false_share, MOST_EVER, said.healthy)


def pinned_lines(repetitions: int = 20) -> Iterator[Line]:
    """The pinned generator: 5,000 creatives, 12 % at 0.55, median 665 impressions, seeds 0 to 19."""
    low, seeds = packs()["low_ctr_vs_peers"], list(range(repetitions))
    said = tally(clicks(truth.pinned, seeds), low)
    yield from found_lines("pinned", said, LEAST_POWER)
    usual = naive.count(clicks(truth.pinned, seeds), naive.USUAL)
    yield at_most(
        "pinned: false flags of ours as a share of those of CTR < 0.8 x peers",
        said.false_share / usual.false_share,
        0.5,
        usual.flagged,
    )
    best = naive.best_at(list(clicks(truth.pinned, seeds)), said.false_share)
    yield at_least(
        "pinned: our power less the best naive rule's at no more false flags",
        said.power - best.power,
        0.0,
        best.flagged,
    )


def drawn_lines(seed: int, accounts: int = 20, looked: int = 4) -> Iterator[Line]:
    """The generator that is not pinned."""
    low, seeds = packs()["low_ctr_vs_peers"], [seed + at for at in range(accounts)]
    yield from found_lines("drawn", tally(clicks(truth.drawn, seeds), low), LEAST_POWER)
    first = WITHIN + timedelta(days=seed % 90)
    diaries = list(clicks(truth.drawn, seeds[:looked], DAYS[ACROSS]))
    yield looks_line("drawn", first, nightly(diaries, low, first))


def kind_lines() -> Iterator[Line]:
    """Accounts of other kinds: thin, rich, small, full of bad ads, and sound."""
    low = packs()["low_ctr_vs_peers"]
    kinds: list[tuple[str, Draw, int, float]] = [
        ("graded, median 800", lambda rng: truth.graded(rng, median=800), 8, 0.05),
        ("graded, median 3,000", truth.graded, 8, LEAST_POWER),
        ("accounts of 60 ads", lambda rng: truth.even(rng, 60), 100, LEAST_POWER),
        ("two in five bad", truth.mostly_bad, 10, 0.7),
    ]
    for name, draw, repetitions, least_power in kinds:
        yield from found_lines(name, tally(clicks(draw, list(range(repetitions))), low), least_power)
    sound = tally(clicks(truth.all_sound, list(range(5))), low)
    yield at_most("sound accounts: ads proposed", sound.flagged / 15_000, 0.001, 15_000)


def nightly_lines() -> Iterator[Line]:
    """Thirty looks at ads that are exactly on par, and at ads of every shade."""
    low = packs()["low_ctr_vs_peers"]
    for first in (WITHIN, ACROSS):
        for name, draw, repetitions in (("on par", truth.even, 4), ("graded", _small_graded, 3)):
            diaries = list(clicks(draw, list(range(repetitions)), DAYS[first]))
            yield looks_line(name, first, nightly(diaries, low, first))


def _small_graded(rng: np.random.Generator) -> truth.Account:
    return truth.graded(rng, 600)


def _silent(rng: np.random.Generator) -> truth.Costs:
    return truth.silent(rng, 1_000, 0.1, 6.0)


def _costly(rng: np.random.Generator) -> truth.Costs:
    return truth.costly(rng, 600, 10.0, RATIO)


def _due(diary: truth.Diary) -> np.ndarray:
    out: np.ndarray = diary.bad & (diary.numbers["spend"][0] * truth.USUAL_DAYS / CPA >= LEAST_DUE)
    return out


def conversion_lines() -> Iterator[Line]:
    """Ads that never convert, and ads whose conversions cost too much, the latter also when they come in bursts."""
    zero, over = packs()["spend_no_conv"], packs()["cpa_over"]
    silent = tally(costs(_silent, list(range(8)), DAYS[WITHIN]), zero, CPA, _due)
    yield from found_lines("never convert, five due", silent, 0.6)
    for burst, least_power in ((0.0, LEAST_POWER), (1.0, 0.08)):
        said = tally(costs(_costly, list(range(10)), DAYS[WITHIN], burst), over, CPA)
        yield from found_lines(f"dear conversions, {burst:g} more with each", said, least_power)
    for first in (WITHIN, ACROSS):
        diaries = list(costs(_silent, [0, 1], DAYS[first]))
        yield looks_line("never convert", first, nightly(diaries, zero, first, cpa=CPA))
        for burst in (0.0, 1.0):
            diaries = list(costs(_costly, [0, 1], DAYS[first], burst))
            yield looks_line(f"dear conversions, {burst:g} more", first, nightly(diaries, over, first, cpa=CPA))


def lines(seed: int) -> Iterator[Line | simulate_effect.Line]:
    """Every line, as it is counted."""
    yield from pinned_lines()
    yield from drawn_lines(seed)
    yield from kind_lines()
    yield from nightly_lines()
    yield from conversion_lines()
    yield from simulate_effect.lines()


def main(given: list[str]) -> int:
    """0 when every line holds, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.rules.simulate")
    parser.add_argument("--seed", type=int, help="seed of the second generator; a fresh one unless given")
    asked = parser.parse_args(given).seed
    seed = int(np.random.SeedSequence().generate_state(1)[0]) if asked is None else int(asked)
    print(f"second generator: --seed {seed}", flush=True)
    short = 0
    for one in lines(seed):
        short += not one.holds
        mark = "ok   " if one.holds else "SHORT"
        told = f"{one.measured:.4f}" + (f" of {one.out_of:,}" if isinstance(one, Line) else "")
        print(f"{mark} {one.name}: {told} (must lie in {one.low:g} to {one.high:g})", flush=True)
    print(f"{short} lines fall short" if short else "every line holds", flush=True)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
