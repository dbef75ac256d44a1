"""Decides the weights: a logistic regression over hashed n-grams of windows, in folds that keep a case together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compliance.impression.examples import Example
from compliance.impression.model import SCALE, Model
from compliance.impression.ngrams import WINDOW, hashed, windows
from compliance.impression.sentences import MARK

FOLDS = 5
FEWEST_CASES = 3  # an n-gram of fewer is dropped, so that no text can be read back
FEWEST_PENALISED = 15  # cases of a category without which nothing is said of it
STRIDE = 10
STRENGTH = 0.05  # inverse of the penalty on large weights
LEAST_WEIGHT = 8  # thousandths; lighter ones change no verdict and make the file three times as large
MOST_FALSE_ALARMS = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Windows of examples: n-gram counts (windows x hashes), the hash of each column, and the example of each row."""

    counts: Any
    hashes: Any
    of: Any


def pieces(examples: Sequence[Example]) -> Pieces:
    """The n-gram counts of every window, shape (windows, hashes seen), with the column hashes ascending."""
    from scipy.sparse import csr_matrix

    rows: list[Any] = []
    values: list[Any] = []
    of: list[int] = []
    for number, one in enumerate(examples):
        parts = one.letters.split(MARK)
        for cut in (part[at : at + WINDOW] for part in parts for at in windows(len(part), STRIDE)):
            values.append(np.concatenate([found for _, found in hashed(cut, one.product)]))
            rows.append(np.full(len(values[-1]), len(of)))
            of.append(number)
    hashes, columns = np.unique(np.concatenate(values), return_inverse=True)
    entries = (np.ones(len(columns)), (np.concatenate(rows), columns))
    return Pieces(csr_matrix(entries, shape=(len(of), len(hashes))), hashes, np.array(of))


def fit(examples: Sequence[Example], cut: Pieces, chosen: Any) -> Model:
    """The uncalibrated model of the examples marked in ``chosen`` (one flag each)."""
    from sklearn.linear_model import LogisticRegression

    rows = np.flatnonzero(chosen[cut.of])
    counts = cut.counts[rows]
    kept = _common(examples, cut.of[rows], counts)
    sides = np.array([examples[n].unlawful for n in cut.of[rows]])
    weight = 1.0 / np.sqrt(np.bincount(cut.of, minlength=len(examples)))[cut.of[rows]]
    for side in (True, False):
        weight[sides == side] *= len(rows) / (2 * weight[sides == side].sum())
    learner = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=1000)
    learner.fit(counts[:, kept], sides, sample_weight=weight)
    scaled = np.rint(learner.coef_[0] * SCALE).astype(np.int64)
    used = np.abs(scaled) >= LEAST_WEIGHT
    hashes, weights = cut.hashes[kept][used], scaled[used]
    intercept = round(float(learner.intercept_[0]) * SCALE)
    return Model(hashes, weights, intercept, 1.0, 0.0, 0.5, _products(examples), {})


def _common(examples: Sequence[Example], of: Any, counts: Any) -> Any:
    """The columns whose n-gram stands in at least FEWEST_CASES cases."""
    from scipy.sparse import csr_matrix

    names = [examples[n].case for n in of]
    _, numbers = np.unique(names, return_inverse=True)
    cases = csr_matrix((np.ones(len(of)), (numbers, np.arange(len(of)))), shape=(numbers.max() + 1, len(of)))
    held = cases @ counts
    held.data[:] = 1
    return np.flatnonzero(np.asarray(held.sum(axis=0))[0] >= FEWEST_CASES)


def _products(examples: Sequence[Example]) -> frozenset[str]:
    cases: dict[str, set[str]] = {}
    for one in examples:
        if one.unlawful and one.whole:
            cases.setdefault(one.product, set()).add(one.case)
    return frozenset(product for product, names in cases.items() if len(names) >= FEWEST_PENALISED)


def calibrated(model: Model, examples: Sequence[Example], scores: Any) -> Model:
    """``model`` with a sigmoid over the strongest window, and the threshold that ordinary lawful ads seldom pass.

    ``scores`` are those that models gave which had not seen the case; only whole ads count.
    """
    from sklearn.linear_model import LogisticRegression

    whole = np.array([one.whole for one in examples])
    sides = np.array([one.unlawful for one in examples])
    line = LogisticRegression(C=1e6).fit(scores[whole, None] / SCALE, sides[whole])
    sigmoid = replace(model, slope=round(float(line.coef_[0][0]), 6), offset=round(float(line.intercept_[0]), 6))
    spoken_of = np.array([one.whole and not one.unlawful and one.product in model.products for one in examples])
    ordinary = np.array([one.ordinary for one in examples])
    border = max(_border(scores[spoken_of]), _border(scores[spoken_of & ordinary]))
    return replace(sigmoid, threshold=max(0.5, round(sigmoid.probability(border) + 5e-5, 4)))


def _border(scores: Any) -> int:
    """The least score that at most the allowed share of these lawful ads reaches."""
    allowed = int(len(scores) * MOST_FALSE_ALARMS)
    return int(np.sort(scores)[-1 - allowed]) + 1 if len(scores) else 0


def fold_numbers(examples: Sequence[Example]) -> Any:
    """The fold of every example; a case is in one fold."""
    from sklearn.model_selection import GroupKFold

    cases = [one.case for one in examples]
    numbers = np.zeros(len(examples), dtype=np.int64)
    for fold, (_, held) in enumerate(GroupKFold(FOLDS).split(cases, groups=cases)):
        numbers[held] = fold
    return numbers


def unseen_scores(examples: Sequence[Example], cut: Pieces, folds: Any) -> Any:
    """The strongest window of every example, in thousandths, by the model that was fitted without its fold."""
    scores = np.zeros(len(examples), dtype=np.int64)
    for fold in range(FOLDS):
        model = fit(examples, cut, folds != fold)
        for number in np.flatnonzero(folds == fold).tolist():
            one = examples[number]
            scores[number] = model.strongest(one.letters, one.product)
    return scores
