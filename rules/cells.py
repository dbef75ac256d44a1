"""Decides which rows of a level are one: those of the same entity and day, added up before any window is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from rules.entities import Floats, Ints, LevelFacts

WORTH = 0.7  # fewer rows than this share of all are worth adding up
ROOM = 4  # so many numbers a row may be counted in a table


def cells_of(facts: LevelFacts) -> LevelFacts:
    """The facts with one row for rows of the same entity, day, result and known numbers, in the order of their days.

    What is added up over days is the same. Rows of several days are told by number, so with any of them nothing is
    added up.
    """
    if not len(facts.day) or not facts.single_days or _apart(facts):
        return facts
    columns = [*facts.values.values(), *([] if facts.reach is None else [facts.reach])]
    cell, heads = _cells(facts, _known(columns, len(facts.day)))
    if len(heads) > WORTH * len(facts.day):
        return facts

    def _added(values: Floats) -> Floats:
        return np.bincount(cell, weights=values, minlength=len(heads)).astype(np.float64)

    day = facts.day[heads]
    return replace(
        facts,
        entity=facts.entity[heads],
        day=day,
        end_day=day,
        indicator=facts.indicator[heads],
        values={name: _added(values) for name, values in facts.values.items()},
        reach=None if facts.reach is None else _added(facts.reach),
    )


def _apart(facts: LevelFacts) -> bool:
    """Whether the rows of the last day are of an entity each, nearly; then so are those of the others."""
    last = facts.entity[np.searchsorted(facts.day, facts.day[-1]) :]
    return len(pd.unique(last)) > WORTH * len(last)


def _known(columns: list[Floats], rows: int) -> Ints:
    """A number for every row that says which of its columns are known; rows of one number can be added up."""
    out = np.zeros(rows, dtype=np.int64)
    for place, column in enumerate(columns):
        missing = np.isnan(column)
        if missing.any():
            out |= missing.astype(np.int64) << place
    return pd.factorize(out)[0].astype(np.int64)


def _cells(facts: LevelFacts, known: Ints) -> tuple[Ints, Ints]:
    """The cell of every row, in the order of their days, and a row of every cell."""
    code = (facts.day - facts.day[0]) * len(facts.entities) + facts.entity
    for part in (facts.indicator + 1, known):
        if part.any():
            code = code * (int(part.max()) + 1) + part
    cell = _ranks(code)
    heads = np.empty(int(cell.max()) + 1, dtype=np.int64)
    heads[cell] = np.arange(len(cell))
    return cell, heads


def _ranks(code: Ints) -> Ints:
    """The place of every number among the distinct ones."""
    if int(code.max()) > ROOM * len(code):
        return np.unique(code, return_inverse=True)[1].astype(np.int64)
    met = np.zeros(int(code.max()) + 1, dtype=np.int64)
    met[code] = 1
    return (np.cumsum(met) - 1)[code]
