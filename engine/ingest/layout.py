"""Decides where the header of a file is, who wrote it, and whether enough of it is understood to go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import InputError
from engine.ingest.faults import FaultList, say
from engine.ingest.headers import fingerprint, normalise
from engine.ingest.mapping import UserMapping, check_mapping
from engine.ingest.matching import GENERIC, Match, count_known, detect_platform, guess_wide, match_headers
from engine.ingest.platform import common, platforms
from engine.ingest.preamble import Preamble, read_preamble
from engine.ingest.report import Hints

_LISTED = 12
Remembered = Callable[[str], Mapping[str, str] | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header is and what its columns are."""

    header_index: int
    headers: tuple[str, ...]
    fingerprint: str
    match: Match
    preamble: Preamble
    mapping: UserMapping | None


def find_header(records: Sequence[Sequence[str]], mapping: UserMapping | None) -> tuple[int, int]:
    """The index of the header line and how many of its cells are known: the first line nearly as good as the best."""
    counts = [
        0 if record and record[0].lstrip().startswith("#") else count_known(record, mapping) for record in records
    ]
    best = max(counts, default=0)
    if best >= 2:
        index = next(i for i, count in enumerate(counts) if count >= max(2, 0.6 * best))
        return index, counts[index]
    widths = [sum(1 for cell in record if cell.strip()) for record in records[:30]]
    widest = max(widths, default=0)
    return (widths.index(widest), best) if widest >= 2 else (-1, 0)


def lay_out(
    records: Sequence[Sequence[str]], header_index: int, hints: Hints, remembered: Remembered, faults: FaultList
) -> Layout:
    """What the file's columns are. Raises FileFaults when too little of the header is understood."""
    if header_index < 0:
        raise faults.stop(say("no_header"))
    headers = tuple(cell.strip() for cell in records[header_index])
    while headers and not headers[-1]:
        headers = headers[:-1]
    if not any(any(cell.strip() for cell in record) for record in records[header_index + 1 :]):
        raise faults.stop(say("header_only"), row=header_index + 1)
    mark = fingerprint(headers)
    said = hints.mapping if hints.mapping is not None else remembered(mark)
    mapping = check_mapping(said) if said else None
    preamble = read_preamble(records[:header_index])
    platform = _platform(headers, preamble, hints, mapping, records[header_index + 1 :])
    match = match_headers(headers, platform, mapping)
    layout = Layout(header_index, headers, mark, match, preamble, mapping)
    _check(layout, faults)
    return layout


def _platform(
    headers: Sequence[str],
    preamble: Preamble,
    hints: Hints,
    mapping: UserMapping | None,
    records: Sequence[Sequence[str]],
) -> str:
    named = hints.platform or (mapping.constants.get("$platform") if mapping else None)
    if named is not None:
        if named not in platforms():
            raise InputError("engine.ingest.platform.unknown", platform=named, known=", ".join(platforms()))
        return named
    if mapping is not None and mapping.is_wide:
        return GENERIC
    detected = detect_platform([normalise(header) for header in headers], preamble.titles)
    in_cells = _named_in_cells(headers, records)
    if not in_cells or in_cells == {detected}:
        return detected
    only = next(iter(in_cells))
    return only if len(in_cells) == 1 and only in platforms() else GENERIC


def _named_in_cells(headers: Sequence[str], records: Sequence[Sequence[str]]) -> set[str]:
    """The platforms that a column such as "channel" names, when all of its cells name one."""
    words = platforms()[GENERIC].by_header
    for position, header in enumerate(headers):
        if words.get(normalise(header), ("", 0))[0] != "platform":
            continue
        cells = {record[position].replace("_", " ").strip().casefold() for record in records if position < len(record)}
        named = {common().platform_names.get(cell) for cell in cells if cell}
        if named and None not in named:
            return {name for name in named if name}
    return set()


def _check(layout: Layout, faults: FaultList) -> None:
    match, row = layout.match, layout.header_index + 1
    unknown = [layout.headers[position] for position in match.unknown if layout.headers[position]]
    listed = ", ".join(unknown[:_LISTED]) + (" …" if len(unknown) > _LISTED else "") or "–"
    guessed = {} if match.wide else guess_wide(layout.headers)
    if guessed and not {"spend", "spend_micros"} & set(match.fields):
        channels = sorted({channel for _, channel in guessed.values()})
        raise faults.stop(say("wide_table", channels=", ".join(channels[:_LISTED])), row=row)
    if not match.metrics and not match.wide:
        faults.add(say("no_metric", headers=listed), row=row)
    if match.wide and match.metrics:
        faults.add(say("mapping.mixed", fields=", ".join(match.metrics)), row=row)
    if not match.has_date and layout.preamble.period is None:
        faults.add(say("no_date", headers=listed), row=row)
    if layout.mapping is not None:
        _check_mapping_used(layout, faults)
    faults.raise_any()


def _check_mapping_used(layout: Layout, faults: FaultList) -> None:
    present = {normalise(header) for header in layout.headers}
    for header in layout.mapping.fields if layout.mapping else ():
        if header not in present:
            faults.add(say("mapping.absent", header=header), row=layout.header_index + 1)
