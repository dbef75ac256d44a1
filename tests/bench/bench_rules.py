"""Measures the rules: ``python -m tests.bench.bench_rules``; exits 1 when a line falls short.

1,000,000 ad-days of 100,000 ads, from facts to stored decisions on SQLite. Every side runs in a process of its own with
one thread, taken in turn, medians of ``--rounds``. The yardsticks are ``tests/bench/rules/reference_*.py``; equal masks
and decisions are part of every run. zen-engine, rule-engine and clipspy stand beside where they are installed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.optimizer.measuring import Line, median, peak_megabytes, told

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
RULES, MANY = 50, 200
PEERS = {"zen-engine": "peers_zen", "rule-engine": "peers_rule_engine", "clipspy": "peers_clips"}
PEER_FACTS = {"zen-engine": 4_000, "rule-engine": 1_000, "clipspy": 4_000}


def ours(count: int) -> dict[str, Any]:
    """The product, once, in a fresh process: what a night pays."""
    from tests.bench.rules.data import account
    from tests.bench.rules.product import stored
    from tests.bench.rules.rule_set import rule_set

    snapshot, packs = account(), rule_set(count)
    with tempfile.TemporaryDirectory() as folder:
        return stored(snapshot, packs, Path(folder) / "bench.sqlite3")


def numpy_pass(count: int) -> dict[str, Any]:
    """The numpy yardstick on aggregation and conditions; ours on conditions; masks compared."""
    import numpy as np

    from rules.conditions import Conditions
    from tests.bench.rules.data import account
    from tests.bench.rules.product import asked
    from tests.bench.rules.reference_numpy import LEVELS, Sums, columns_of, masks
    from tests.bench.rules.rule_set import rule_set

    snapshot = account()
    tables = asked(snapshot, rule_set(count))
    metrics = ("impressions", "clicks", "spend", "conversions", "conversion_value")
    wanted = [one.wanted for one in tables]
    ready = [one.ready() for one in tables]
    order = [_order(snapshot.facts, one, LEVELS) for one in tables]
    moved = [{name: values[at] for name, values in own.items()} for own, at in zip(ready, order, strict=True)]

    def whole() -> list[Any]:
        sums = Sums(snapshot.facts, metrics)
        found = []
        for one, names, own in zip(tables, wanted, moved, strict=True):
            columns = columns_of(sums, one.level, one.span, names, own)
            found.append(masks(one.conditions, columns, one.count))
        return found

    def theirs() -> list[Any]:
        return [masks(one.conditions, own, one.count) for one, own in zip(tables, ready, strict=True)]

    def product() -> list[Any]:
        answers = [Conditions(own, one.count) for one, own in zip(tables, ready, strict=True)]
        return [[a.masks(when) for when in one.conditions] for a, one in zip(answers, tables, strict=True)]

    seconds, found = median(whole, 5)
    step, bare = median(theirs, 9)
    own_step, said = median(product, 9)
    equal = unequal = 0
    for at, (of_whole, of_bare, of_ours) in enumerate(zip(found, bare, said, strict=True)):
        for one, other, (yes, _) in zip(of_whole, of_bare, of_ours, strict=True):
            same = bool(np.array_equal(one, yes[order[at]]) and np.array_equal(other, yes))
            equal, unequal = equal + same, unequal + (not same)
    return {"seconds": seconds, "step": step, "own_step": own_step, "equal": equal, "unequal": unequal}


def _order(facts: Any, one: Any, levels: Any) -> Any:
    """The product's number of every entity, in the yardstick's order of first appearance."""
    import pandas as pd

    column = levels[one.level]
    first = facts.drop_duplicates("ad_id", keep="last") if one.level != "ad" else facts
    ids = pd.unique(first[column] if one.level != "ad" else facts[column])
    at = pd.Series(range(one.count), index=one.table.facts.entities[column].to_numpy())
    return at.loc[ids].to_numpy()


def durable(count: int) -> dict[str, Any]:
    """The durable-rules yardstick on the candidates that judging hands over; decisions compared."""
    from tests.bench.rules.data import account
    from tests.bench.rules.product import decisions
    from tests.bench.rules.reference_durable import Decider, decide
    from tests.bench.rules.rule_set import rule_set

    candidates, decided = decisions(account(), rule_set(count))
    decider = Decider()
    seconds, found = median(lambda: decide(candidates, decider), 3)
    unequal = sum((one.verdict, one.because, one.beaten_by) != other for one, other in zip(decided, found, strict=True))
    return {"seconds": seconds, "candidates": len(candidates), "unequal": unequal}


def peers(count: int) -> dict[str, Any]:
    """Facts a second of the peers, and of our condition step, on the rules on ads."""
    from rules.conditions import Conditions
    from tests.bench.rules.data import account
    from tests.bench.rules.peers import work_of
    from tests.bench.rules.product import asked
    from tests.bench.rules.reference_numpy import masks
    from tests.bench.rules.rule_set import rule_set

    tables = [one for one in asked(account(), rule_set(count)) if one.level == "ad"]
    ready, work = [one.ready() for one in tables], work_of(tables)
    ads = tables[0].count

    def product() -> None:
        for one, own in zip(tables, ready, strict=True):
            answers = Conditions(own, one.count)
            for when in one.conditions:
                answers.masks(when)

    yes = [mask for one, own in zip(tables, ready, strict=True) for mask in masks(one.conditions, own, one.count)]
    out: dict[str, Any] = {"rules": len(work.rules), "ours": ads / median(product, 5)[0], "peers": {}}
    for name, module in PEERS.items():
        facts = PEER_FACTS[name]
        try:
            seconds, matches = importlib.import_module(f"tests.bench.rules.{module}").run(work, facts)
        except ImportError as error:
            out["peers"][name] = f"skipped: {error}"
            continue
        right = sum(int(mask[:facts].sum()) for mask in yes)
        out["peers"][name] = facts / seconds if matches == right else f"matched {matches} of {right}"
    return out


SIDES: dict[str, Callable[[int], dict[str, Any]]] = {
    "ours": ours, "numpy": numpy_pass, "durable": durable, "peers": peers,
}  # fmt: skip


def child(side: str, count: int) -> dict[str, Any]:
    """What one side measured in a process of its own, with its peak memory."""
    command = [sys.executable, "-m", "tests.bench.bench_rules", "--side", side, "--rules", str(count)]
    threads = os.environ | dict.fromkeys(THREADS, "1")  # libraries read these once, before they are loaded
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=threads)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(rounds: int) -> list[Line]:
    """Every line, each side taken in turn so that a busy moment meets all."""
    sides = [("ours", RULES), ("durable", RULES), ("numpy", RULES), ("ours", MANY), ("numpy", MANY)]
    runs: dict[tuple[str, int], list[dict[str, Any]]] = {key: [] for key in sides}
    for _ in range(rounds):
        for key in sides:
            runs[key].append(child(*key))
            print(f"{key[0]:8} {key[1]:4} rules: {json.dumps(runs[key][-1], ensure_ascii=False)}", flush=True)

    def middle(side: str, count: int, name: str) -> float:
        return statistics.median(run[name] for run in runs[side, count])

    few, many, aggregated, decided = (
        middle(side, count, "seconds") for side, count in (sides[0], sides[3], sides[2], sides[1])
    )
    first, beside = runs[sides[0]][0], runs[sides[3]][0]
    words = f"{told(few)} to {told(aggregated)} + {told(decided)}, {first['candidates']:,} candidates"
    lines = [
        Line(
            "facts to stored decisions, 50 rules: times numpy + durable-rules", few / (aggregated + decided), 4.0, words
        )
    ]
    for count in (RULES, MANY):
        own, theirs = middle("numpy", count, "own_step"), middle("numpy", count, "step")
        words = f"{told(own)} to {told(theirs)}"
        lines.append(Line(f"conditions, {count} rules: times packed numpy", own / theirs, 3.0, words))
    words = f"{told(many)} to {told(few)}, {beside['candidates']:,} candidates to {first['candidates']:,}"
    lines.append(Line("200 rules: times 50 rules", many / few, 1.5, words))
    for count in (RULES, MANY):
        lines.append(Line(f"peak memory, {count} rules, MB", middle("ours", count, "peak"), 1000.0, "facts included"))
    masks = sum(run["unequal"] for count in (RULES, MANY) for run in runs["numpy", count])
    words = f"{runs['numpy', RULES][0]['equal']} and {runs['numpy', MANY][0]['equal']} masks compared"
    lines.append(Line("masks that differ from numpy's", masks, 0, words))
    unequal = sum(run["unequal"] for run in runs["durable", RULES])
    words = f"{runs['durable', RULES][0]['candidates']:,} decisions compared"
    lines.append(Line("decisions that differ from durable-rules'", unequal, 0, words))
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Prints a table; 1 when a line falls short."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_rules", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=tuple(SIDES))
    parser.add_argument("--rules", type=int, default=RULES)
    given = parser.parse_args(arguments)
    if given.side:
        found = SIDES[given.side](given.rules)
        print(json.dumps(found | {"peak": peak_megabytes()}))
        return 0
    begun = time.perf_counter()
    lines = measured(given.rounds)
    print("\n| line | measured | limit | | |\n| --- | --- | --- | --- | --- |")
    for line in lines:
        print(line.row())
    beside = child("peers", RULES)
    print(f"\nthe {beside['rules']} rules on ads, facts a second: ours {beside['ours']:,.0f}")
    for name, rate in beside["peers"].items():
        print(f"  {name}: {rate if isinstance(rate, str) else f'{rate:,.0f}'}")
    kept = all(line.holds for line in lines)
    print(f"\n{time.perf_counter() - begun:.0f} s; {'all hold' if kept else 'some fall short'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
