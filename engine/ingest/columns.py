"""Decides what stands in every column of a file: its texts, days and numbers, and which lines are totals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import get_args

import numpy as np

from engine.ingest.faults import FaultList, say
from engine.ingest.fields import ATTRIBUTES, BREAKDOWNS, DATES, ENTITIES, METRICS
from engine.ingest.grid import Bools, Grid, Labels
from engine.ingest.headers import normalise
from engine.ingest.layout import Layout
from engine.ingest.matching import count_known
from engine.ingest.measures import check_measures, read_measures, settle_marks
from engine.ingest.numbers import Numbers
from engine.ingest.platform import Platform, common, platforms
from engine.ingest.report import DateOrder, DecimalMark, Hints
from engine.ingest.source import Source
from engine.ingest.totals import Lines, TotalLine, find_totals
from engine.ingest.when import When, check_when, read_when
from engine.messages import Message

_ROUNDED_ID = re.compile(r"\d(?:\.\d+)?[eE]\+\d{2}")
_NO_NAME = frozenset(("", "--", "—"))


@dataclass(slots=True)
class Columns:
    """The columns of a file, line by line, with the lines that are no facts marked."""

    grid: Grid
    labels: dict[str, Labels]
    when: When
    numbers: dict[str, Numbers]
    wide: dict[tuple[str, str], Numbers]
    totals: list[TotalLine]
    kept: Bools
    dropped: list[tuple[Message, int]]
    warnings: list[Message]


def read_columns(source: Source, layout: Layout, hints: Hints, faults: FaultList, today: date) -> Columns:
    """Every column that is understood. Raises FileFaults with all the faults of the file."""
    pack = platforms()[layout.match.platform]
    match = layout.match
    number_columns = {position: name for name, position in match.metrics.items()}
    number_columns |= {position: metric for position, (metric, _) in match.wide.items()}
    texts = {name: position for name, position in match.fields.items() if name not in METRICS}
    firsts = [p for p in range(min(pack.totals.columns, len(layout.headers))) if p not in number_columns]
    grid = source.load(layout.headers, {*texts.values(), *firsts}, {*number_columns, *_doubles(layout)})
    dropped: list[tuple[Message, int]] = []
    warnings: list[Message] = _check_doubles(grid, layout, faults)
    grid = _without_notes(_without_other_sections(grid, layout, dropped), dropped)
    if not len(grid):
        raise faults.stop(say("header_only"), row=layout.header_index + 1)
    missing = _NO_NAME | {token.casefold() for token in pack.null_tokens}
    labels = {name: Labels.of(grid.columns[position], missing) for name, position in texts.items()}
    warnings += _check_ids(labels, texts, layout)
    when = read_when(
        {name: labels[name] for name in DATES if name in labels},
        {name: layout.headers[position] for name, position in texts.items()},
        len(grid),
        layout.preamble.period,
        _date_order(layout, hints),
        _year(layout),
        source.is_workbook,
    )
    totals, is_total = find_totals(_lines(grid, labels, when, firsts, missing), pack)
    kept = ~is_total
    if is_total.any():
        dropped += _reasons(totals)
    _check_shape(grid, is_total, pack, faults)
    marks = settle_marks(grid, number_columns, _decimal_mark(layout, hints), pack, faults)
    parsed = read_measures(grid, number_columns, marks, pack)
    check_measures(grid, number_columns, parsed, marks, kept, faults)
    check_when(when, grid.rows, kept, layout.preamble.period, today, faults)
    if not kept.any():
        faults.add(say("only_totals"))
    numbers = {name: parsed[position] for name, position in match.metrics.items()}
    wide = {spot: parsed[position] for position, spot in match.wide.items()}
    return Columns(grid, labels, when, numbers, wide, totals, kept, dropped, warnings)


def _date_order(layout: Layout, hints: Hints) -> DateOrder | None:
    said = layout.mapping.constants.get("$date_order") if layout.mapping else None
    return hints.date_order or next((order for order in get_args(DateOrder) if order == said), None)


def _decimal_mark(layout: Layout, hints: Hints) -> DecimalMark | None:
    said = layout.mapping.constants.get("$decimal") if layout.mapping else None
    return hints.decimal_mark or next((mark for mark in get_args(DecimalMark) if mark == said), None)


def _check_ids(labels: dict[str, Labels], texts: dict[str, int], layout: Layout) -> list[Message]:
    """Ids that a spreadsheet rounded name several things at once: they are left out, and names stand in."""
    warnings = []
    for name in [name for name in labels if name.endswith("_id")]:
        example = next((value for value in labels[name].values if _ROUNDED_ID.fullmatch(value)), None)
        if example is not None:
            labels[name] = Labels.constant("", len(labels[name].codes))
            warnings.append(say("warn.damaged_ids", header=layout.headers[texts[name]], example=example))
    return warnings


def _year(layout: Layout) -> int | None:
    said = layout.mapping.constants.get("$year") if layout.mapping else None
    if said is not None:
        return int(said)
    stated = layout.preamble.period
    return stated[0].year if stated and stated[0].year == stated[1].year else None


def _lines(grid: Grid, labels: dict[str, Labels], when: When, firsts: list[int], missing: frozenset[str]) -> Lines:
    named = {name: labels[name] for name in (*ENTITIES, *BREAKDOWNS) if name in labels}
    return Lines(
        [Labels.of(grid.columns[position], missing) for position in firsts],
        named,
        when.key,
        when.dated if when.key is not None else None,
        grid.long,
        len(grid),
    )


def _reasons(totals: list[TotalLine]) -> list[tuple[Message, int]]:
    counts: dict[str, int] = {}
    for total in totals:
        counts[total.reason] = counts.get(total.reason, 0) + len(total.lines)
    return [(say(reason), count) for reason, count in counts.items()]


def _check_shape(grid: Grid, is_total: Bools, pack: Platform, faults: FaultList) -> None:
    """Lines with fewer or more cells than the header: a cut file, or one that a program mangled."""
    width = len(grid.headers)
    for line, cells in grid.short.items():
        cut = line == len(grid) - 1 and not grid.ends_cleanly
        if not is_total[line] and (pack.strict_shape or cut):
            name = "cut_line" if line == len(grid) - 1 else "short_line"
            faults.add(say(name, cells=cells, expected=width), int(grid.rows[line]))
    for line, extra in grid.long.items():
        if not is_total[line]:
            faults.add(say("long_line", cells=width + len(extra), expected=width), int(grid.rows[line]))


def _doubles(layout: Layout) -> set[int]:
    return {position for spots in layout.match.doubled.values() for position in spots}


def _check_doubles(grid: Grid, layout: Layout, faults: FaultList) -> list[Message]:
    """Two columns of the same name: the first is taken where both say the same, else it is a fault."""
    warnings = []
    for name, spots in layout.match.doubled.items():
        header = layout.headers[spots[0]]
        texts = [grid.columns[p].cast("string") for p in spots]
        if all(text.equals(texts[0]) for text in texts[1:]):
            warnings.append(say("warn.header_twice", header=header))
        else:
            faults.add(say("header_twice", header=header, field=name), layout.header_index + 1, header)
    return warnings


def _without_notes(grid: Grid, dropped: list[tuple[Message, int]]) -> Grid:
    """Notes below the table: lines with one cell only, which begins like a note."""
    first = grid.columns.get(0)
    lone = [line for line, cells in grid.short.items() if cells == 1]
    if first is None or not lone:
        return grid
    notes = np.zeros(len(grid), dtype=bool)
    for line in lone:
        text = str(first[line].as_py()).strip().casefold()
        notes[line] = text.startswith(tuple(common().footnotes))
    if not notes.any():
        return grid
    dropped.append((say("footnote"), int(notes.sum())))
    return grid.keep(~notes)


def _without_other_sections(grid: Grid, layout: Layout, dropped: list[tuple[Message, int]]) -> Grid:
    """An agency's report stacks tables of the same spend, each with a header of its own; only the first is read."""
    first = grid.columns.get(0)
    if first is None or not len(grid):
        return grid
    labels = Labels.of(first) if hasattr(first, "dictionary") else Labels.of(first.dictionary_encode())
    starts = np.array([normalise(value) in common().section_starts for value in labels.values], dtype=bool)
    for line in np.flatnonzero(labels.where(starts)):
        cells = [str(grid.columns[p][int(line)].as_py()) for p in grid.columns if p != 0]
        if count_known([labels.at(int(line)), *cells], layout.mapping) < 2:
            continue
        rest = np.arange(len(grid)) >= line
        dropped.append((say("other_section", title=labels.at(int(line))), int(rest.sum())))
        return grid.keep(~rest)
    return grid


def attribute(labels: dict[str, Labels], name: str, lines: int) -> Labels:
    """One of the attribute columns, or nothing on every line."""
    if name not in ATTRIBUTES:
        raise KeyError(name)
    return labels.get(name, Labels.constant("", lines))
