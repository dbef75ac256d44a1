"""Measures the curves against known truth: ``python -m tests.bench.simulate_curves``; exits 1 when they fall short.

Made-up advertisers of several curve families and difficulties. Where the current plan loses at least 10 % against the
true optimum, the proposal on fitted curves closes at least 70 % of that loss (median) and is never worse than the
current plan by more than 1 %. The harder settings are reported beside it and judged by the median alone.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from tests.optimizer.measuring import Measured, measure
from tests.optimizer.simulator import simulate

FAMILIES = ("hill", "power", "michaelis_menten", "mixed")
SETTINGS: dict[str, dict[str, Any]] = {
    "usual": {},
    "little variation": {"variation": 0.15},
    "loud": {"dispersion": 5.0, "shocks": 0.12},
    "drifting": {"drift": 0.3},
    "holidays": {"calendar": 0.3},
}


def line(setting: str, family: str, found: list[Measured]) -> tuple[str, bool]:
    """One line of figures, and whether the promise is kept."""
    losing = [one for one in found if one.loss >= 0.10]
    closed = float(np.median([one.closed for one in losing])) if losing else float("nan")
    worst = min(one.change for one in found)
    kept = not losing or (closed >= 0.70 and (worst >= -0.01 or setting != "usual"))
    covered = np.mean([cover for one in found for cover in one.covered], axis=0)
    errors = np.array([error for one in found for error in one.elasticity_error])
    text = (
        f"{'kept  ' if kept else 'BROKEN'} {setting:17} {family:17} losing {len(losing):2}/{len(found)}  "
        f"closed {closed:5.0%}  worst {worst:+6.1%}  elasticity bias {errors.mean():+.3f} rms "
        f"{np.sqrt((errors**2).mean()):.3f}  90 % range holds at half/usual/double "
        f"{covered[0]:.0%}/{covered[1]:.0%}/{covered[2]:.0%}  promised {np.mean([m.promised for m in found]):.2f}"
    )
    return text, kept


def main(arguments: list[str] | None = None) -> int:
    """Prints one line a setting and family."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.simulate_curves", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--settings", default=",".join(SETTINGS))
    asked = parser.parse_args(arguments)
    all_kept = True
    for setting in asked.settings.split(","):
        for family in asked.families.split(","):
            found = [measure(simulate(seed, family, **SETTINGS[setting])) for seed in range(asked.seeds)]
            text, kept = line(setting, family, found)
            all_kept = all_kept and kept
            print(text, flush=True)
    return 0 if all_kept else 1


if __name__ == "__main__":
    sys.exit(main())
