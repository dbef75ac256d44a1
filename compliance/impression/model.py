"""Decides how much each stretch of a text reads like penalised ads, by the weights that were learned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import exp
from pathlib import Path
from typing import Any

import numpy as np

from compliance.impression.ngrams import SIZES, WINDOW, hashed
from compliance.impression.sentences import MARK
from engine.packs import package_path

SCALE = 1000  # weights are whole thousandths, so that sums are the same on every machine
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """Letters start..end that read like penalised ads, how probable that is, and the n-grams that weigh most."""

    start: int
    end: int
    probability: float
    reasons: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights by hash (ascending), the intercept in thousandths, and the calibration of the strongest window.

    ``recipe`` says how and from what it was trained; ``threshold`` is the probability from which a person should look.
    """

    hashes: Any
    weights: Any
    intercept: int
    slope: float
    offset: float
    threshold: float
    products: frozenset[str]
    recipe: Mapping[str, Any]

    def weigh(self, letters: str, product: str, starts: Sequence[int] = (0,)) -> Any:
        """Thousandths of weight, shape (sizes, letters): row n-1 holds the n-gram that begins at each letter.

        ``starts`` is where sentences begin: what a sentence repeats of the one before is no stammering.
        """
        table = np.zeros((len(SIZES), len(letters)), dtype=np.int64)
        if not len(self.hashes):
            return table
        for size, values in hashed(letters, product):
            at = np.minimum(np.searchsorted(self.hashes, values), len(self.hashes) - 1)
            known = (self.hashes[at] == values) & ~_again(values, starts)
            table[size - 1, : len(values)] += np.where(known, self.weights[at], 0)
        return table

    def scores(self, table: Any) -> Any:
        """The score of every window of a weighed text, in thousandths."""
        length = table.shape[1]
        count = max(1, length - WINDOW + 1)
        width = min(WINDOW, length)
        total = np.full(count, self.intercept, dtype=np.int64)
        for size in SIZES:
            if width < size:
                continue
            sums = np.concatenate(([0], np.cumsum(table[size - 1])))
            total += sums[width - size + 1 : width - size + 1 + count] - sums[:count]
        return total

    def probability(self, score: int) -> float:
        """How probable it is that an ad whose strongest window scores so was penalised, in the proportions learned."""
        return 1.0 / (1.0 + exp(-max(-40.0, min(40.0, self.slope * score / SCALE + self.offset))))

    def strongest(self, letters: str, product: str) -> int:
        """The score of the strongest window of a text with marks between sentences, in thousandths."""
        return max(int(self.scores(self.weigh(part, product)).max()) for part in letters.split(MARK))

    def stretches(
        self, letters: str, product: str, parts: Sequence[tuple[int, int]] = (), most: int = 3
    ) -> list[Stretch]:
        """The strongest stretches at or above the threshold, none over the edge of its sentence, in order.

        ``parts`` are the sentences as letters start..end; none: the whole is one.
        """
        if product not in self.products or not letters:
            return []
        sentences = parts or ((0, len(letters)),)
        table = self.weigh(letters, product, [low for low, _ in sentences])
        found = [
            replace(
                one, start=low + one.start, end=low + one.end, reasons=tuple((low + a, low + b) for a, b in one.reasons)
            )
            for low, high in sentences
            for one in self._within(_cut(table, low, high), most)
        ]
        found.sort(key=lambda one: -one.probability)
        return sorted(found[:most], key=lambda one: one.start)

    def _within(self, table: Any, most: int) -> list[Stretch]:
        """The stretches of one weighed sentence that do not overlap, the strongest first."""
        scores = self.scores(table)
        found: list[Stretch] = []
        while len(found) < most:
            at = int(scores.argmax())
            probability = self.probability(int(scores[at]))
            if probability < self.threshold:
                break
            found.append(_stretch(table, at, min(at + WINDOW, table.shape[1]), probability))
            scores[max(0, at - WINDOW + 1) : at + WINDOW] = np.iinfo(np.int64).min // 2
        return found


def _again(values: Any, starts: Sequence[int]) -> Any:
    """Where an n-gram repeats the one just before it or the one before that: stammering is no evidence."""
    again = np.zeros(len(values), dtype=bool)
    for back in (1, 2):
        same = np.zeros(len(values), dtype=bool)
        same[back:] = values[back:] == values[:-back]
        for start in starts:
            same[start : start + back] = False
        again |= same
    return again


def _cut(table: Any, start: int, end: int) -> Any:
    """The part of a weighed text that is one sentence, without the n-grams that reach over its end."""
    part = table[:, start:end].copy()
    for size in SIZES:
        part[size - 1, max(0, end - start - size + 1) :] = 0
    return part


def _stretch(table: Any, start: int, end: int, probability: float) -> Stretch:
    """The window without the ends that speak for nothing, and its heaviest n-grams of two letters and more."""
    heavy = [
        (int(table[size - 1, at]), at, at + size)
        for size in SIZES
        for at in range(start, end - size + 1)
        if table[size - 1, at] > 0
    ]
    heavy.sort(key=lambda one: (-one[0], one[1], one[2]))
    reasons: list[tuple[int, int]] = []
    for _, low, high in heavy:
        if len(reasons) == _MOST_REASONS:
            break
        if high - low > 1 and all(high <= other or low >= end_ for other, end_ in reasons):
            reasons.append((low, high))
    low, high = min((at for _, at, _ in heavy), default=start), max((to for _, _, to in heavy), default=end)
    return Stretch(low, high, probability, tuple(reasons))


def as_model(data: Mapping[str, Any]) -> Model:
    """The model of what ``weights.json`` holds."""
    return Model(
        hashes=np.array(data["hashes"], dtype=np.uint32),
        weights=np.array(data["weights"], dtype=np.int64),
        intercept=data["intercept"],
        slope=data["slope"],
        offset=data["offset"],
        threshold=data["threshold"],
        products=frozenset(data["products"]),
        recipe=data["recipe"],
    )


def weights_path() -> Path:
    """Where the weights lie."""
    return package_path("compliance") / "impression" / "weights.json"


@cache
def model() -> Model:
    """The model that ships."""
    return as_model(json.loads(weights_path().read_text(encoding="utf-8")))
