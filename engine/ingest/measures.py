"""Decides what was measured: every measure's column as exact numbers, and which column counts as conversions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.ingest.faults import FaultList, say
from engine.ingest.fields import COUNTS, METRICS
from engine.ingest.grid import Bools, Grid, Ints, Labels
from engine.ingest.numbers import (
    MICROS,
    Evidence,
    Numbers,
    contradicts,
    read_numbers,
    to_micros,
    too_large,
    weigh_marks,
)
from engine.ingest.platform import Platform, common
from engine.ingest.report import DecimalMark
from engine.messages import Message

PURCHASES = "purchases"


@dataclass(slots=True)
class Measure:
    """One stored measure: whole micros or counts as int64, fractional results as float64; unknown where not valid."""

    values: Ints | np.ndarray
    valid: Bools


def settle_marks(
    grid: Grid, columns: Mapping[int, str], hint: DecimalMark | None, platform: Platform, faults: FaultList
) -> dict[int, DecimalMark]:
    """The decimal mark of every number column: its own proof, else the file's, else the platform's habit."""
    evidence = {p: weigh_marks(grid.columns[p], METRICS[name] == "count") for p, name in columns.items()}
    if hint is not None:
        return dict.fromkeys(columns, hint)
    of_file = _of_file(list(evidence.values()))
    marks: dict[int, DecimalMark] = {}
    for position, proof in evidence.items():
        header = grid.headers[position]
        if proof.point or proof.comma:
            marks[position] = "." if proof.point else ","
        elif of_file or platform.decimal_mark:
            marks[position] = of_file or platform.decimal_mark or "."
        else:
            marks[position] = "."
            if proof.either and METRICS[columns[position]] != "count":
                faults.add(say("number.ambiguous"), column=header)
    return marks


def _of_file(evidence: Sequence[Evidence]) -> DecimalMark | None:
    point, comma = any(e.point for e in evidence), any(e.comma for e in evidence)
    if point == comma:
        return None
    return "." if point else ","


def read_measures(
    grid: Grid, columns: Mapping[int, str], marks: Mapping[int, DecimalMark], platform: Platform
) -> dict[int, Numbers]:
    """Every number column by position."""
    missing = frozenset(token.casefold() for token in (*common().null_tokens, *platform.null_tokens))
    return {
        position: read_numbers(grid.columns[position], marks[position], missing, METRICS[name] == "money")
        for position, name in columns.items()
    }


def check_measures(
    grid: Grid,
    columns: Mapping[int, str],
    numbers: Mapping[int, Numbers],
    marks: Mapping[int, DecimalMark],
    kept: Bools,
    faults: FaultList,
) -> None:
    """A fault for every kept cell that should hold a number and does not."""
    for position, parsed in numbers.items():
        header = grid.headers[position]
        for line in np.flatnonzero(parsed.bad & kept):
            text = str(grid.columns[position][int(line)].as_py()).strip()
            name = "number.other_mark" if contradicts(text, marks[position]) else "number.unread"
            faults.add(say(name, text=text[:40]), int(grid.rows[line]), header)
        large = too_large(parsed, _unit(columns[position])) & parsed.valid & kept
        faults.add_rows(say("number.too_large"), map(int, grid.rows[large]), header)


def _unit(name: str) -> int:
    return MICROS if METRICS[name] == "money" else 1


def to_measure(name: str, parsed: Numbers) -> Measure:
    """A parsed column in the form it is stored in."""
    kind = METRICS[name]
    if kind == "real":
        return Measure(np.where(parsed.valid, parsed.values, 0.0), parsed.valid)
    with np.errstate(invalid="ignore"):
        whole = to_micros(parsed, _unit(name))
    return Measure(np.where(parsed.valid, whole, 0), parsed.valid)


def rounded_counts(name: str, parsed: Numbers) -> int:
    """How many values of a count were not whole."""
    if name not in COUNTS:
        return 0
    return int((parsed.valid & (parsed.values != np.rint(parsed.values))).sum())


def choose_results(
    measures: dict[str, Measure], indicator: Labels | None, lines: int, warnings: list[Message]
) -> Labels:
    """Settles ``conversions`` and their value inside ``measures`` and returns what they count, line by line.

    A column of conversions wins; else purchases; else results, but only where the file says what they are.
    """
    nothing = Labels.constant("", lines)
    purchases, results = measures.pop("purchases", None), measures.pop("results", None)
    value = measures.pop("purchases_value", None)
    if value is not None and not _filled(measures.get("conversions_value")):
        measures["conversions_value"] = value
    if _filled(measures.get("conversions")):
        return nothing
    if purchases is not None and _filled(purchases):
        measures["conversions"] = purchases
        beside = int((results.valid & ~purchases.valid & (results.values != 0)).sum()) if results is not None else 0
        if beside:
            warnings.append(say("warn.results_beside_purchases", lines=beside))
        return Labels.constant(PURCHASES, lines)
    if results is None or not _filled(results):
        if results is not None and "conversions" not in measures:
            measures["conversions"] = results
        return nothing
    if indicator is None or not indicator.filled:
        warnings.append(say("warn.results_unnamed"))
        return nothing
    unnamed = results.valid & indicator.empty & (results.values != 0)
    if unnamed.any():
        warnings.append(say("warn.results_partly_unnamed", lines=int(unnamed.sum())))
    measures["conversions"] = Measure(results.values, results.valid & ~indicator.empty)
    return indicator


def _filled(measure: Measure | None) -> bool:
    return measure is not None and bool(measure.valid.any())
