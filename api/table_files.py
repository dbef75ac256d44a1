"""Decides how a table that people keep by hand becomes numbered lines: CSV, TSV or the first sheet of an XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from engine.ingest.delimited import check_widths
from engine.ingest.faults import FaultList
from engine.ingest.limits import passed
from engine.ingest.sniffing import content_of
from engine.messages import Message
from engine.settings import Settings


def table_lines(data: bytes, limits: Settings, faults: FaultList) -> Iterator[tuple[int, Sequence[str]]]:
    """The cells of every line with its number, 1-based as the file counts. Raises FileFaults for what is no table."""
    content = content_of(data, faults)
    if content.kind == "workbook":
        from engine.ingest.workbook import workbook_rows

        return enumerate(workbook_rows(content, limits, faults), start=1)
    delimiter = "\t" if b"\t" in content.data.split(b"\n", 1)[0] else ","
    check_widths(content.data, delimiter, limits, faults)
    return _csv_lines(content.data.decode("utf-8"), delimiter, limits, faults)


def _csv_lines(text: str, delimiter: str, limits: Settings, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(limits.max_cell_chars)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins, last = 1, 1
    try:
        for cells in reader:
            yield begins, cells
            last, begins = begins, reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise faults.stop(passed(limits, "max_cell_chars", limits.max_cell_chars + 1), row=begins) from error
        raise faults.stop(Message("api.copy.broken_csv"), row=begins) from error
    if _is_open(text, last, delimiter):
        raise faults.stop(Message("api.copy.open_quote"), row=last)


def _is_open(text: str, line: int, delimiter: str) -> bool:
    """Whether the record that begins at ``line``, the last one, ends within a quote."""
    rest = "".join(list(io.StringIO(text, newline=""))[line - 1 :])
    try:
        list(csv.reader(io.StringIO(rest, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
