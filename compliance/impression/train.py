"""Decides what ships: ``python -m compliance.impression.train LAW_FOLDER CASES_FOLDER`` writes the weights anew.

``LAW_FOLDER`` holds ``phrases.jsonl`` and ``lawful.jsonl`` of the reference collection, ``CASES_FOLDER`` the copy of
our own writing. Of the texts nothing is written but hashes of n-grams that stand in three cases or more.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from compliance.impression.examples import Example, digest, distinct, own_examples, reference_examples
from compliance.impression.learning import (
    FEWEST_CASES,
    FOLDS,
    LEAST_WEIGHT,
    MOST_FALSE_ALARMS,
    STRENGTH,
    STRIDE,
    calibrated,
    fit,
    fold_numbers,
    pieces,
    unseen_scores,
)
from compliance.impression.measuring import Judged, judged
from compliance.impression.model import Model, weights_path
from compliance.impression.ngrams import SIZES, WINDOW

_A_LINE = 16


def examples_of(law: Path, cases: Path) -> list[Example]:
    """The training set: reference texts and our own, each once."""
    return distinct([*reference_examples(law), *own_examples(cases)])


def trained(examples: Sequence[Example]) -> tuple[Model, Judged]:
    """The model of all examples, calibrated on cases unseen, and how such cases were judged."""
    cut, folds = pieces(examples), fold_numbers(examples)
    scores = unseen_scores(examples, cut, folds)
    whole = fit(examples, cut, np.ones(len(examples), dtype=bool))
    return replace(calibrated(whole, examples, scores), recipe=_recipe(examples)), judged(
        whole, examples, folds, scores
    )


def _recipe(examples: Sequence[Example]) -> dict[str, Any]:
    return {
        "learner": "logistic regression (L2), character n-grams hashed with FNV-1a, windows of letters",
        "sizes": list(SIZES),
        "window": WINDOW,
        "stride": STRIDE,
        "strength": STRENGTH,
        "least_weight": LEAST_WEIGHT,
        "fewest_cases": FEWEST_CASES,
        "folds": FOLDS,
        "most_false_alarms": MOST_FALSE_ALARMS,
        "texts": {"unlawful": sum(e.unlawful for e in examples), "lawful": sum(not e.unlawful for e in examples)},
        "training_set_sha256": digest(examples),
    }


def as_text(model: Model) -> str:
    """``weights.json``: recipe and calibration, then hashes and weights, a few a line."""
    head = {
        "recipe": dict(model.recipe),
        "products": sorted(model.products),
        "intercept": model.intercept,
        "slope": model.slope,
        "offset": model.offset,
        "threshold": model.threshold,
    }
    columns = {"hashes": model.hashes.tolist(), "weights": model.weights.tolist()}
    parts = [json.dumps(head, indent=1)[:-2]]
    for name, values in columns.items():
        lines = [", ".join(map(str, values[at : at + _A_LINE])) for at in range(0, len(values), _A_LINE)]
        parts.append(f' "{name}": [\n  ' + ",\n  ".join(lines) + "\n ]")
    return ",\n".join(parts) + "\n}\n"


def main(law: str, cases: str) -> None:
    """Writes the weights."""
    model, _ = trained(examples_of(Path(law), Path(cases)))
    weights_path().write_text(as_text(model), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
