"""Measures fitted curves against known truth, as a Markdown table: ``python -m tests.bench.curve_truth``.

Exits 1 when a row falls short of its line. Sets that publish no truth are fitted for nothing and say so; a truth laid
over their spend stands in. Without the reference data (``ADCUE_SHARED``) only the made-up advertisers are measured.

contributions: median over channels of |recovered / true - 1|; marginal: the same of the slope at the true optimum;
held: share of the 90 % ranges at half, usual and double spend that hold the truth; lost: response lost by splitting the
usual weekly total by the fitted instead of the true curves (both by dynamic programming, up to three times usual).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.curves.curve import Family
from optimizer.curves.mix import MixEstimator
from optimizer.fitting import fit_curves
from tests.bench.truth_sets import TruthSet, laid_on, made_up, meridian_spend, pymc_example, robyn_spend
from tests.optimizer.simulator import simulate

CELLS = 300
SEEDS = range(8)
HEADINGS = ("set", "fitted from", "runs", "contributions", "marginal", "held (half/usual/double)", "lost", "line", "")


@dataclass(frozen=True)
class Line:
    """What a row has to reach: at most these errors, at least this share of ranges, at most this loss."""

    contributions: float
    marginal: float
    held: float
    lost: float


@dataclass(frozen=True)
class Score:
    """One fit against its truth; per channel where an array."""

    contributions: np.ndarray
    marginal: np.ndarray
    held: np.ndarray
    lost: float


def usual_of(truth: TruthSet) -> np.ndarray:
    """Mean weekly spend of the weeks with any, per channel."""
    return np.array([column[column > 0].mean() for column in truth.spend.T])


def best_split(values: np.ndarray) -> np.ndarray:
    """Cells per channel that maximise the sum of ``values`` (channels, cells + 1) at ``CELLS`` cells in all."""
    best, chosen = values[0][: CELLS + 1], []
    for row in values[1:]:
        sums = np.full((CELLS + 1, CELLS + 1), -np.inf)
        for own in range(CELLS + 1):
            sums[own:, own] = best[: CELLS + 1 - own] + row[own]
        chosen.append(sums.argmax(axis=1))
        best = sums.max(axis=1)
    left, out = CELLS, []
    for choice in reversed(chosen):
        out.append(int(choice[left]))
        left -= out[-1]
    return np.array([left, *reversed(out)])


def score(truth: TruthSet, curves: Sequence[Family], contributions: np.ndarray) -> Score:
    """``curves`` and recovered ``contributions`` per channel against the truth."""
    usual = usual_of(truth)
    held = []
    for curve, respond, at in zip(curves, truth.respond, usual, strict=True):
        spend = at * np.array([0.5, 1.0, 2.0])
        low, high = np.quantile(curve.value_draws(spend), [0.05, 0.95], axis=-1)
        held.append((low <= respond(spend)) & (respond(spend) <= high))
    cell = usual.sum() / CELLS
    spends = cell * np.arange(CELLS + 1)
    allowed = spends[None, :] <= 3.0 * usual[:, None]
    true = np.where(allowed, [respond(spends) for respond in truth.respond], -np.inf)
    fitted = np.where(allowed, [curve.value(spends) for curve in curves], -np.inf)
    optimum, plan = best_split(true), best_split(fitted)
    each = np.arange(len(usual))
    lost = 1.0 - true[each, plan].sum() / true[each, optimum].sum()
    marginal = []
    for curve, respond, cells in zip(curves, truth.respond, optimum, strict=True):
        around = max(cells, 1) * cell * np.array([0.99, 1.01])
        rise, believed = np.diff(respond(around))[0], np.diff(curve.value(around))[0]
        marginal.append(abs(believed / rise - 1.0))
    return Score(np.abs(contributions / truth.contributions - 1.0), np.array(marginal), np.array(held), float(lost))


def from_total(truth: TruthSet) -> Score:
    """Fits all channels and a baseline to the one total."""
    assert truth.total is not None
    controls = truth.controls if truth.controls is not None else np.empty((len(truth.total), 0))
    model = MixEstimator(channels=len(truth.names)).fit(np.hstack([truth.spend, controls]), truth.total)
    return score(truth, model.curves_, model.contributions_.sum(axis=2).mean(axis=0))


def from_own_results(truth: TruthSet) -> Score:
    """Fits every channel to its own results."""
    assert truth.history is not None
    known = fit_curves(truth.history).curves
    curves, recovered = [], []
    for number, name in enumerate(truth.names):
        one = known[name]
        kept = one.adstock**7
        carry = kept * np.concatenate([[truth.spend[:, number].mean()], truth.spend[:-1, number]])
        curves.append(one.curve)
        recovered.append(float(one.curve.value(carry + (1.0 - kept) * truth.spend[:, number]).sum()))
    return score(truth, curves, np.array(recovered))


def row(name: str, source: str, found: Sequence[Score], line: Line) -> tuple[str, bool]:
    """One row of the table, and whether it holds its line."""
    contributions = float(np.median(np.concatenate([one.contributions for one in found])))
    marginal = float(np.median(np.concatenate([one.marginal for one in found])))
    held = np.concatenate([one.held for one in found]).mean(axis=0)
    lost = float(np.mean([one.lost for one in found]))
    good = contributions <= line.contributions and marginal <= line.marginal
    good = good and held.mean() >= line.held and lost <= line.lost
    cells = (
        name,
        source,
        str(len(found)),
        f"{contributions:.1%}",
        f"{marginal:.1%}",
        "/".join(f"{share:.0%}" for share in held),
        f"{lost:.2%}",
        f"<= {line.contributions:.0%}, <= {line.marginal:.0%}, >= {line.held:.0%}, <= {line.lost:.1%}",
        "holds" if good else "SHORT",
    )
    return "| " + " | ".join(cells) + " |", good


def without_truth(name: str) -> str:
    """The row of a set that publishes results but no truth behind them."""
    return f"| {name} | its own results | 0 |" + " no truth |" * 4 + " none | |"


def reference_rows(folder: Path) -> list[tuple[str, str, list[TruthSet], Callable[[TruthSet], Score], Line]]:
    """The rows that need the reference data."""
    robyn, meridian = robyn_spend(folder), meridian_spend(folder)
    shaped = ("facebook", "search")
    laid = {
        "Meridian's spend, truth laid on": [laid_on(meridian, seed) for seed in SEEDS],
        "Robyn's spend, truth laid on": [laid_on(robyn, seed) for seed in SEEDS],
        "Robyn's spend, two S-shaped": [laid_on(robyn, seed, s_shaped=shaped) for seed in SEEDS],
    }
    rows = [("PyMC-Marketing mmm_example", "one total", [pymc_example(folder)], from_total, LINES["pymc"])]
    for name, sets in laid.items():
        rows.append((name, "one total", sets, from_total, LINES[name + ", total"]))
        rows.append((name, "own results", sets, from_own_results, LINES[name + ", own"]))
    return rows


LINES = {
    "pymc": Line(0.15, 0.25, 0.5, 0.02),
    "Meridian's spend, truth laid on, total": Line(0.40, 0.40, 0.70, 0.05),
    "Meridian's spend, truth laid on, own": Line(0.03, 0.25, 0.80, 0.01),
    "Robyn's spend, truth laid on, total": Line(0.15, 0.25, 0.80, 0.01),
    "Robyn's spend, truth laid on, own": Line(0.06, 0.20, 0.70, 0.01),
    "Robyn's spend, two S-shaped, total": Line(0.20, 0.70, 0.55, 0.01),
    "Robyn's spend, two S-shaped, own": Line(0.06, 0.20, 0.70, 0.01),
}
MADE_UP: dict[str, tuple[dict[str, float], Line]] = {
    "usual": ({}, Line(0.05, 0.20, 0.85, 0.015)),
    "little variation": ({"variation": 0.15}, Line(0.05, 0.25, 0.85, 0.02)),
    "loud": ({"dispersion": 5.0, "shocks": 0.12}, Line(0.06, 0.25, 0.85, 0.03)),
    "drifting": ({"drift": 0.3}, Line(0.06, 0.25, 0.85, 0.02)),
    "holidays and sales": ({"calendar": 0.3}, Line(0.06, 0.25, 0.85, 0.02)),
    "S-shaped": ({"variation": 0.6}, Line(0.10, 0.40, 0.75, 0.03)),
}


def main() -> int:
    """Prints the table; 0 when every row holds its line."""
    print("| " + " | ".join(HEADINGS) + " |\n" + "|---" * len(HEADINGS) + "|")
    folder = Path(os.environ.get("ADCUE_SHARED") or Path(__file__).resolve().parents[2].parent / "shared") / "data"
    rows = reference_rows(folder) if folder.is_dir() else []
    for setting, (options, line) in MADE_UP.items():
        family = "s_shaped" if setting == "S-shaped" else "mixed"
        sets = [made_up(simulate(300 + seed, family, **options)) for seed in SEEDS]
        rows.append((f"made up: {setting}", "own results", sets, from_own_results, line))
    all_hold = True
    for name, source, sets, fit, line in rows:
        text, holds = row(name, source, [fit(one) for one in sets], line)
        print(text, flush=True)
        all_hold = all_hold and holds
    if folder.is_dir():
        print(without_truth("Meridian geo_all_channels") + "\n" + without_truth("Robyn dt_simulated_weekly"))
    else:
        print("\nThe sets of Meridian, PyMC-Marketing and Robyn are skipped: no reference data (set ADCUE_SHARED).")
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
