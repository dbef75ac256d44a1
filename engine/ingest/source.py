"""Decides how the two kinds of file are opened: their first lines to find the header, then the columns wanted."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection
from dataclasses import dataclass

from engine.ingest.delimited import DELIMITERS, head_records, load_grid
from engine.ingest.faults import FaultList, say
from engine.ingest.grid import Grid
from engine.ingest.layout import find_header
from engine.ingest.limits import passed
from engine.ingest.mapping import UserMapping
from engine.ingest.sniffing import Content
from engine.settings import Settings

Load = Callable[[tuple[str, ...], Collection[int], Collection[int]], Grid]


@dataclass(frozen=True, slots=True)
class Source:
    """The first lines of a file, where its header is, and how to load the columns under it."""

    records: list[list[str]]
    header_index: int
    delimiter: str
    is_workbook: bool
    load: Load
    other_sheets: tuple[str, ...] = ()


def open_source(content: Content, mapping: UserMapping | None, limits: Settings, faults: FaultList) -> Source:
    """The source of a file's lines. Raises FileFaults when there is no table in it."""
    if content.kind == "workbook":
        from engine.ingest.workbook import open_workbook

        return open_workbook(content, mapping, limits, faults)
    return _open_text(content, mapping, limits, faults)


def _open_text(content: Content, mapping: UserMapping | None, limits: Settings, faults: FaultList) -> Source:
    best: tuple[tuple[int, int], str, list[list[str]], int] | None = None
    for delimiter in DELIMITERS:
        try:
            records = head_records(content.data, delimiter)
        except csv.Error as error:
            raise faults.stop(say("lone_return")) from error
        index, known = find_header(records, mapping)
        width = len(records[index]) if index >= 0 else 0
        if best is None or (known, width) > best[0]:
            best = ((known, width), delimiter, records, index)
    if best is None or best[3] < 0:
        raise faults.stop(say("no_header"))
    _, delimiter, records, index = best
    if (found := len(records[index])) > limits.max_columns:
        raise faults.stop(passed(limits, "max_columns", found), row=index + 1)
    if (longest := max(map(len, records[index]))) > limits.max_cell_chars:
        raise faults.stop(passed(limits, "max_cell_chars", longest), row=index + 1)

    def load(headers: tuple[str, ...], labels: Collection[int], numbers: Collection[int]) -> Grid:
        return load_grid(content.data, delimiter, index, headers, labels, numbers, limits, faults)

    return Source(records, index, delimiter, False, load)
