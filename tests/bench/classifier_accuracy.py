"""Decides nothing for rules: prints how the classifier ranks ads and how far its probabilities hold, on cases unseen.

``python -m tests.bench.classifier_accuracy [LAW_FOLDER]`` fits it anew in five folds that keep a case together, as the
weights that ship were; reads the reference collection beside the repository where no folder is named.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from compliance.impression.train import examples_of, trained

CASES = Path(__file__).parents[1] / "cases" / "compliance"
MOST_FLAGGED = 0.01
LEAST_AREA = 0.95
MOST_BRIER = 0.10


def main(folder: Path) -> int:
    """0 when lawful ordinary ads are seldom flagged, ranking is good and probabilities hold; 1 otherwise."""
    if not (folder / "phrases.jsonl").is_file():
        print("classifier not measured: reference data is not beside the repository (set ADCUE_SHARED)")
        return 0
    model, judged = trained(examples_of(folder, CASES))
    print(
        f"{len(model.hashes)} weights, threshold {model.threshold:.4f}, set {model.recipe['training_set_sha256'][:12]}"
    )
    print(f"{'ads':18} {'penalised':>9} {'lawful':>6} {'AUC':>6} {'AP':>6} {'Brier':>6} {'found':>6} {'flagged':>7}")
    lines = list(judged.by_product())
    for one in lines:
        print(
            f"{one.name:18} {one.penalised:9} {one.lawful:6} {one.area:6.3f} {one.precision:6.3f} {one.brier:6.3f} "
            f"{one.found:6} {one.flagged:7}"
        )
    for tenth in judged.reliability():
        print(f"said {tenth.said:.3f}, penalised {tenth.penalised:.3f} of {tenth.ads} ads")
    whole, ordinary = lines[0], lines[-1]
    holds = whole.area >= LEAST_AREA and whole.brier <= MOST_BRIER
    return 0 if holds and ordinary.flagged <= max(1, MOST_FLAGGED * ordinary.lawful) else 1


if __name__ == "__main__":
    shared = Path(os.environ.get("ADCUE_SHARED") or Path(__file__).resolve().parents[2].parent / "shared") / "law"
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else shared))
