"""Decides how delimited text becomes a grid: quickly where every line is whole, line by line where one is not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from engine.ingest.faults import FaultList, say
from engine.ingest.grid import Grid
from engine.ingest.limits import passed
from engine.messages import Message
from engine.settings import Settings

DELIMITERS = (",", "\t", ";", "|")
HEAD_BYTES = 400_000
HEAD_RECORDS = 80
_LONE_RETURN = re.compile(r"\r(?!\n)")
_BLOCK = 8 << 20
_BATCH = 50_000
_MOST_DELIMITERS = 100_000


def head_records(data: bytes, delimiter: str) -> list[list[str]]:
    """The first records of the text, blank ones included."""
    records = []
    for record in _records(data[:HEAD_BYTES].decode("utf-8", "replace"), delimiter, HEAD_BYTES):
        records.append(record)
        if len(records) == HEAD_RECORDS:
            break
    return records


def _records(text: str, delimiter: str, most_chars: int, strict: bool = False) -> Iterator[list[str]]:
    csv.field_size_limit(most_chars)
    return csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=strict)


def load_grid(
    data: bytes,
    delimiter: str,
    header_index: int,
    headers: tuple[str, ...],
    labels: Collection[int],
    numbers: Collection[int],
    limits: Settings,
    faults: FaultList,
) -> Grid:
    """The lines under the header, of the columns asked for: ``labels`` as dictionaries, ``numbers`` as text.

    Raises FileFaults when a quote is never closed, there are too many lines, or a cell is too long.
    """
    lines = data.count(b"\n") + (not data.endswith(b"\n")) - header_index - 1
    if lines > limits.max_rows:
        raise faults.stop(passed(limits, "max_rows", lines))
    if lines * len(headers) > limits.max_cells:
        raise faults.stop(passed(limits, "max_cells", lines * len(headers)))
    begin, end = _offset_after(data, delimiter, header_index), len(data)
    while end > begin and data[end - 1] in b"\r\n":
        end -= 1
    if end > begin and not _needs_care(data):
        body = pa.py_buffer(data).slice(begin, end - begin)
        quick = _load_quickly(body, delimiter, header_index, headers, labels, numbers)
        if quick is not None:
            quick.ends_cleanly = data.endswith(b"\n")
            _check_lengths(quick, limits, faults)
            return quick
    return _load_with_care(data, delimiter, header_index, headers, labels, numbers, limits, faults)


def _check_lengths(grid: Grid, limits: Settings, faults: FaultList) -> None:
    """Refuses a cell that is too long, by the offsets of the columns and, only where those are large, by characters."""
    for column in grid.columns.values():
        texts = column.dictionary if hasattr(column, "dictionary") else column
        if (pc.max(pc.binary_length(texts)).as_py() or 0) <= limits.max_cell_chars:
            continue
        lengths = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
        at = int(lengths.argmax())
        if lengths[at] > limits.max_cell_chars:
            place = at if texts is column else int((column.indices.to_numpy() == at).argmax())
            raise faults.stop(passed(limits, "max_cell_chars", int(lengths[at])), row=int(grid.rows[place]))


def _needs_care(data: bytes) -> bool:
    """An odd number of quotes leaves one open; carriage returns alone end lines for some programs only."""
    lone_returns = b"\r" in data and data.count(b"\r") != data.count(b"\r\n")
    return lone_returns or data.count(b'"') % 2 == 1


def _offset_after(data: bytes, delimiter: str, header_index: int) -> int:
    reader = csv.reader(io.StringIO(data[:HEAD_BYTES].decode("utf-8", "replace"), newline="\n"), delimiter=delimiter)
    for _ in range(header_index + 1):
        next(reader)
    offset = 0
    for _ in range(reader.line_num):
        found = data.find(b"\n", offset)
        if found < 0:
            return len(data)
        offset = found + 1
    return offset


def _load_quickly(
    body: pa.Buffer,
    delimiter: str,
    header_index: int,
    headers: tuple[str, ...],
    labels: Collection[int],
    numbers: Collection[int],
) -> Grid | None:
    """The grid, or None when some line is blank or does not have exactly the header's cells."""
    names = [f"c{position}" for position in range(len(headers))]
    wanted = sorted({*labels, *numbers})
    texts = pa.dictionary(pa.int32(), pa.string())
    try:
        table = pacsv.read_csv(
            pa.BufferReader(body),
            read_options=pacsv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
            ),
            convert_options=pacsv.ConvertOptions(
                include_columns=[names[position] for position in wanted],
                column_types={names[p]: texts if p in labels else pa.string() for p in wanted},
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = {p: _whole(table.column(names[p]), p in labels) for p in wanted}
    rows = np.arange(header_index + 2, header_index + 2 + table.num_rows, dtype=np.int64)
    grid = Grid(headers, header_index + 1, columns, rows)
    return None if _blank_lines(grid) else grid


def _blank_lines(grid: Grid) -> bool:
    blank = np.ones(len(grid), dtype=bool)
    for column in grid.columns.values():
        texts = column.dictionary if hasattr(column, "dictionary") else column
        empty = pc.equal(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False)
        blank &= empty[column.indices.to_numpy()] if hasattr(column, "dictionary") else empty
        if not blank.any():
            return False
    return True


def _whole(column: pa.ChunkedArray, is_label: bool) -> pa.Array:
    if is_label:
        column = column.unify_dictionaries()
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _load_with_care(
    data: bytes,
    delimiter: str,
    header_index: int,
    headers: tuple[str, ...],
    labels: Collection[int],
    numbers: Collection[int],
    limits: Settings,
    faults: FaultList,
) -> Grid:
    """The grid line by line, as strictly as the quotes allow."""
    check_widths(data, delimiter, limits, faults)
    text = data.decode("utf-8")
    clean = data.endswith(b"\n")
    counted = _Counted(_records(text, delimiter, limits.max_cell_chars, strict=True))
    try:
        return grid_of(counted, header_index, headers, labels, numbers, clean)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise faults.stop(say("open_quote"), row=counted.done + 1) from error
        if "field larger" in str(error):
            raise faults.stop(_too_long(limits), row=counted.done + 1) from error
    counted = _Counted(_records(_LONE_RETURN.sub("\n", text), delimiter, limits.max_cell_chars))
    try:
        return grid_of(counted, header_index, headers, labels, numbers, clean)
    except csv.Error as error:
        raise faults.stop(_too_long(limits), row=counted.done + 1) from error


def check_widths(data: bytes, delimiter: str, limits: Settings, faults: FaultList) -> None:
    """Raises FileFaults for a line of so many delimiters that it would become a list many times its size.

    A quoted text may hold some, so the bound lies far above the columns a table may have.
    """
    most = max(limits.max_columns, _MOST_DELIMITERS)
    for number, line in enumerate(io.BytesIO(data), start=1):
        if len(line) > most and (found := line.count(delimiter.encode())) > most:
            raise faults.stop(passed(limits, "max_columns", found), row=number)


def _too_long(limits: Settings) -> Message:
    """The reader of lines stops at the first character too many, so that is what was found."""
    return passed(limits, "max_cell_chars", limits.max_cell_chars + 1)


class _Counted:
    """Records with a count of how many were handed out, to name the one that breaks off."""

    def __init__(self, records: Iterator[list[str]]) -> None:
        self._records = records
        self.done = 0

    def __iter__(self) -> Iterator[list[str]]:
        for record in self._records:
            yield record
            self.done += 1


def grid_of(
    records: Iterable[list[str]],
    header_index: int,
    headers: tuple[str, ...],
    labels: Collection[int],
    numbers: Collection[int],
    ends_cleanly: bool = True,
) -> Grid:
    """A grid from a file's records: blank lines left out, short ones filled up, long ones cut, both noted."""
    width, wanted = len(headers), sorted({*labels, *numbers})
    rows: list[int] = []
    short: dict[int, int] = {}
    long: dict[int, list[str]] = {}
    waiting: dict[int, list[str]] = {position: [] for position in wanted}
    done: dict[int, list[pa.Array]] = {position: [] for position in wanted}
    for number, line in enumerate(records, start=1):
        if number <= header_index + 1 or not any(cell.strip() for cell in line):
            continue
        if len(line) < width:
            short[len(rows)] = len(line)
        elif len(line) > width and any(cell.strip() for cell in line[width:]):
            long[len(rows)] = line[width:]
        rows.append(number)
        for position in wanted:
            waiting[position].append(line[position] if position < len(line) else "")
        if len(rows) % _BATCH == 0:
            _pack(waiting, done)
    _pack(waiting, done)
    columns = {}
    for position in wanted:
        column = pa.concat_arrays(done[position])
        columns[position] = column.dictionary_encode() if position in labels else column
    return Grid(headers, header_index + 1, columns, np.asarray(rows, dtype=np.int64), short, long, ends_cleanly)


def _pack(waiting: dict[int, list[str]], done: dict[int, list[pa.Array]]) -> None:
    """Moves finished cells into arrays, so that a long file does not stay in memory as Python texts."""
    for position, cells in waiting.items():
        done[position].append(pa.array(cells, pa.string()))
        cells.clear()
