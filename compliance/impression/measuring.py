"""Decides how good the classifier is on cases it has not seen: ranking, calibration, false alarms, by category."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compliance.impression.examples import Example
from compliance.impression.learning import FOLDS, calibrated
from compliance.impression.model import Model

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Ads whose probability lies in one tenth: how many, their mean probability, and the share that was penalised."""

    ads: int
    said: float
    penalised: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Whole ads of some kind: area under the ROC curve, mean precision, Brier score, found and falsely flagged."""

    name: str
    penalised: int
    lawful: int
    area: float
    precision: float
    brier: float
    found: int
    flagged: int


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Every whole ad with the probability and flag of a model and a calibration that had not seen its case."""

    examples: tuple[Example, ...]
    probabilities: Any
    flags: Any

    def chosen(self, name: str, wanted: Any) -> Measured:
        """The measures over the ads marked in ``wanted``; ranking needs both sides, else NaN."""
        from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

        sides = np.array([one.unlawful for one in self.examples])[wanted]
        said, flags = self.probabilities[wanted], self.flags[wanted]
        both = 0 < sides.sum() < len(sides)
        return Measured(
            name,
            int(sides.sum()),
            int((~sides).sum()),
            float(roc_auc_score(sides, said)) if both else float("nan"),
            float(average_precision_score(sides, said)) if both else float("nan"),
            float(brier_score_loss(sides, said)) if both else float("nan"),
            int(flags[sides].sum()),
            int(flags[~sides].sum()),
        )

    def by_product(self) -> Iterator[Measured]:
        """All ads together, then each category, then lawful ordinary ads alone."""
        yield self.chosen("all", np.ones(len(self.examples), dtype=bool))
        products = np.array([one.product for one in self.examples])
        for product in sorted({one.product for one in self.examples}):
            yield self.chosen(product, products == product)
        yield self.chosen("lawful, ordinary", np.array([one.ordinary for one in self.examples]))

    def reliability(self) -> list[Bin]:
        """Said against found in tenths; empty tenths are left out."""
        sides = np.array([one.unlawful for one in self.examples])
        tenth = np.minimum((self.probabilities * _BINS).astype(int), _BINS - 1)
        return [
            Bin(int((tenth == n).sum()), float(self.probabilities[tenth == n].mean()), float(sides[tenth == n].mean()))
            for n in range(_BINS)
            if (tenth == n).any()
        ]


def judged(model: Model, examples: Sequence[Example], folds: Any, scores: Any) -> Judged:
    """Whole ads of the categories the model speaks of; calibration and threshold of a fold come from the others."""
    said, flags = np.zeros(len(examples)), np.zeros(len(examples), dtype=bool)
    for fold in range(FOLDS):
        others = [one for one, number in zip(examples, folds, strict=True) if number != fold]
        sigmoid = calibrated(model, others, scores[folds != fold])
        for number in np.flatnonzero(folds == fold).tolist():
            said[number] = sigmoid.probability(int(scores[number]))
            flags[number] = said[number] >= sigmoid.threshold
    wanted = np.array([one.whole and one.product in model.products for one in examples])
    return Judged(tuple(one for one, keep in zip(examples, wanted, strict=True) if keep), said[wanted], flags[wanted])
