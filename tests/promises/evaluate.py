"""Decides whether the promises hold over many samples: ``python -m tests.promises.evaluate --seeds 20``.

Exits 1 when a line falls short. Every seed is a sample written, imported, planned, judged and screened from scratch.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from api.sample import Truth, write_sample
from tests.promises.exported import last_weeks_spend
from tests.promises.product_run import Said, ask_product
from tests.promises.scores import Score, promise_lines
from tests.promises.true_plan import TrueResponse, best_plan, value

WEEKS = 13
HEADINGS = (
    "family seed   loss closed  change | flagged  bad found of | alerts right | illegal blocked lawful blocked |  sec"
)


def _misses(truth: Truth, said: Said) -> tuple[str, ...]:
    """Every single wrong answer, for whoever looks into a shortfall."""
    lines = []
    for one in truth.creatives:
        named = one["ad_name"] in said.flagged
        if named != one["bad"] and (named or one["enough_data"]):
            what = "flagged though good" if named else "not flagged"
            lines.append(
                f"{what}: {one['kind']} {one['platform']}/{one['ad_group_name']}/{one['ad_name']} "
                f"ctr_ratio={one['ctr_ratio']:.2f} impressions={one['window_impressions']} "
                f"clicks_due={one['window_expected_clicks']:.0f} orders_due={one['window_expected_orders']:.1f}"
            )
    for one in truth.copy:
        if (one["row_id"] in said.blocked) != one["illegal"]:
            lines.append(f"copy {'not blocked' if one['illegal'] else 'blocked though lawful'}: {one['ad_name']}")
    return tuple(lines)


def score_sample(family: str, seed: int, weeks: int = WEEKS) -> Score:
    """One sample through the product, measured against its truth."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = write_sample(folder, seed, family)
        current_totals = last_weeks_spend(folder / "exports", truth)
        budget = float(round(sum(current_totals.values()) * weeks / 4))
        said = ask_product(truth, folder, budget, weeks)
    responses = {one["channel"]: TrueResponse(one, truth.season, weeks) for one in truth.channels}
    whole = sum(current_totals.values())
    current = {one: [current_totals.get(one, 0.0) / whole * budget / weeks] * weeks for one in responses}
    bad = {one["ad_name"] for one in truth.creatives if one["bad"]}
    with_data = {one["ad_name"] for one in truth.creatives if one["bad"] and one["enough_data"]}
    silent = {one["ad_name"] for one in truth.creatives if one["silent_last_day"]}
    illegal = {one["row_id"] for one in truth.copy if one["illegal"]}
    return Score(
        family=family,
        seed=seed,
        current=value(responses, current),
        proposed=value(responses, said.plan),
        best=value(responses, best_plan(responses, budget)),
        flagged=len(said.flagged),
        flagged_bad=len(said.flagged & bad),
        bad_with_data=len(with_data),
        bad_with_data_flagged=len(with_data & said.flagged),
        alerts=len(said.silent),
        alerts_right=len(said.silent & silent),
        silent=len(silent),
        illegal=len(illegal),
        illegal_blocked=len(illegal & said.blocked),
        lawful=len(truth.copy) - len(illegal),
        lawful_blocked=len(said.blocked - illegal),
        seconds=time.perf_counter() - began,
        misses=_misses(truth, said),
    )


def _row(score: Score) -> str:
    closed = f"{score.closed:6.0%}" if score.loss >= 0.02 else "     -"
    return (
        f"{score.family:6} {score.seed:4} {score.loss:6.1%} {closed} {score.change:+7.1%} | "
        f"{score.flagged:7} {score.flagged_bad:4} {score.bad_with_data_flagged:5} {score.bad_with_data:2} | "
        f"{score.alerts:6} {score.alerts_right:5} | {score.illegal:7} {score.illegal_blocked:7} "
        f"{score.lawful:6} {score.lawful_blocked:7} | {score.seconds:4.0f}"
    )


def score_all(samples: Iterable[tuple[str, int]], weeks: int, workers: int) -> Iterator[Score]:
    """Scores in order, as they come."""
    families, seeds = zip(*samples, strict=True)
    if workers <= 1:
        yield from map(score_sample, families, seeds, [weeks] * len(seeds))
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(score_sample, families, seeds, [weeks] * len(seeds))


def main(arguments: list[str] | None = None) -> int:
    """Prints one row a sample and one line a promise; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.promises.evaluate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds of each family")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--families", default="hill,power")
    parser.add_argument("--weeks", type=int, default=WEEKS, help="weeks planned")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--misses", action="store_true", help="also print every wrong answer")
    asked = parser.parse_args(arguments)
    samples = [(family, asked.first + offset) for family in asked.families.split(",") for offset in range(asked.seeds)]
    print(HEADINGS, flush=True)
    scores = []
    for score in score_all(samples, asked.weeks, asked.workers):
        scores.append(score)
        print(_row(score), flush=True)
        for miss in score.misses if asked.misses else ():
            print(f"       {miss}", flush=True)
    lines = promise_lines(scores)
    print()
    for line in lines:
        print(f"{'kept  ' if line.kept else 'BROKEN'}  {line.promise}: {line.figure}")
    return 0 if all(line.kept for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
