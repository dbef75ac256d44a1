"""Measures other ways to join the list of false discoveries with an e-value, beside the one the rules use.

``python -m tests.rules.alternatives`` prints, per way: false share and power of one look at the pinned generator, and
the share of healthy ads proposed at least once in thirty nights, over a rolling window and over days since a fixed
origin (accounts of ``truth.even``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import numpy as np

from engine.snapshot import Snapshot
from rules.evidence import false_discovery_set
from rules.flags import Flags, flags
from rules.judgement import Targets
from rules.looking import EPOCH, counted_table
from rules.rate_ratios import BELOW, STEP
from rules.signals import SignalSource, SignalTable
from tests.rules import simulate, truth
from tests.rules.judged_truth import MORNING, Tally

FDR, RATIO = 0.10, 0.8
Way = Callable[[Flags, np.ndarray], np.ndarray]


def looked_at(snapshot: Snapshot, morning: date, fixed_origin: bool) -> Flags:
    """The rule's own flags as of one morning, with nothing asked beyond its conditions and guards."""
    pack, _ = simulate.packs()["low_ctr_vs_peers"]
    open_to_all = pack.evidence.model_copy(update={"e_value": 1.0, "fdr": 1.0})
    pack = pack.model_copy(update={"evidence": open_to_all})
    source = SignalSource(snapshot.facts, (morning - EPOCH).days, Targets())
    table = source.table("ad", pack.window.days, pack.window.end_lag_days, pack.metrics)
    counted = counted_table(source, pack, "ad") if fixed_origin else table
    return flags(pack, table, np.ones(len(table.facts.entities), bool), counted)


def worst_case_log_e(counted: SignalTable, found: Flags) -> np.ndarray:
    """Log e-value against every healthy rate, the one on the line included; even mixture over the rates below it."""
    assert counted.peers is not None
    clicks, due = (found.proof.counted[name][:, None] for name in ("clicks", "clicks_due"))
    shape = 1.0 / np.fmax(counted.peers.log_error, 1e-6)[:, None] ** 2
    theta = RATIO * np.exp(-STEP * (np.arange(BELOW) + 0.5))
    log = clicks * np.log(theta / RATIO) - (clicks + shape) * np.log((shape + due * theta) / (shape + due * RATIO))
    most = log.max(axis=1, keepdims=True)
    return most[:, 0] + np.log(np.exp(log - most).mean(axis=1))


def _e_bh(log_e: np.ndarray, eligible: np.ndarray) -> np.ndarray:
    """The e-BH procedure (Wang and Ramdas 2022, https://doi.org/10.1111/rssb.12489)."""
    at = np.flatnonzero(eligible)
    order = at[np.argsort(-log_e[at], kind="stable")]
    passed = log_e[order] >= np.log(len(at) / (FDR * np.arange(1, len(at) + 1)))
    out = np.zeros(len(log_e), bool)
    out[order[: np.flatnonzero(passed).max(initial=-1) + 1]] = True
    return out


def _confirmed(least: float) -> Way:
    return lambda found, _: false_discovery_set(found.sure, found.flagged & (found.proof.log_e >= np.log(least)), FDR)[
        0
    ]


def _worst(least: float) -> Way:
    return lambda found, worst: false_discovery_set(found.sure, found.flagged & (worst >= np.log(least)), FDR)[0]


WAYS: dict[str, Way] = {
    "list alone": _confirmed(1.0),
    **{f"list of e >= {least:g}": _confirmed(least) for least in (10, 15, 20, 30, 50)},
    **{f"list of worst-case e >= {least:g}": _worst(least) for least in (3, 5, 20)},
    "e-BH": lambda found, _: _e_bh(found.proof.log_e, found.flagged),
    "e-BH, worst case": lambda found, worst: _e_bh(worst, found.flagged),
    "P > .95": lambda found, _: found.certain,
}


def _said(found: Flags) -> Iterator[tuple[str, np.ndarray]]:
    worst = worst_case_log_e(found.counted, found)
    names = found.counted.facts.entities["ad_name"].astype(int).to_numpy()
    for name, way in WAYS.items():
        out = np.zeros(len(names), bool)
        out[names] = way(found, worst)
        yield name, out


def one_look(repetitions: int = 20) -> dict[str, Tally]:
    """Every way on the pinned generator."""
    tallies = {name: Tally() for name in WAYS}
    for diary in simulate.clicks(truth.pinned, list(range(repetitions))):
        found = looked_at(truth.snapshot_of(diary, MORNING - timedelta(days=1)), MORNING, True)
        for name, said in _said(found):
            tallies[name].add((said, said), diary.bad)
    return tallies


def thirty_looks(fixed_origin: bool, first: date, repetitions: int = 4) -> dict[str, float]:
    """Share of healthy ads that every way proposes at least once."""
    ever, healthy = dict.fromkeys(WAYS, 0), 0
    for diary in simulate.clicks(truth.even, list(range(repetitions)), simulate.DAYS[first]):
        snapshot = truth.snapshot_of(diary, first + timedelta(days=28))
        told = {name: np.zeros(len(diary.bad), bool) for name in WAYS}
        for look in range(30):
            for name, said in _said(looked_at(snapshot, first + timedelta(days=look), fixed_origin)):
                told[name] |= said
        healthy += int((~diary.bad).sum())
        for name, said in told.items():
            ever[name] += int((said & ~diary.bad).sum())
    return {name: count / healthy for name, count in ever.items()}


def main() -> None:
    """Print a row per way."""
    looked = one_look()
    rolling = thirty_looks(False, simulate.ACROSS)
    within, across = thirty_looks(True, simulate.WITHIN), thirty_looks(True, simulate.ACROSS)
    print(f"{'':28} false  power  30 nights: rolling  fixed origin  over a quarter's end")
    for name, one in looked.items():
        print(
            f"{name:28} {one.false_share:5.1%} {one.power:6.1%}  {rolling[name]:17.2%} {within[name]:13.2%} "
            f"{across[name]:21.2%}"
        )


if __name__ == "__main__":
    main()
