"""Decides which lines are totals of others, and holds each total against the sum of the lines it covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from engine.ingest.grid import Bools, Ints, Labels
from engine.ingest.platform import Platform, common

_HINTS = ("total", "average", "avg", "mean", "平均", "總", "计", "計", "合计", "加總", "summary", "共")


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One line, or a set of like lines, that adds up others; ``covered`` is None where nothing can be compared."""

    label: str
    lines: tuple[int, ...]
    covered: Bools | None
    reason: str


@dataclass(frozen=True, slots=True)
class Lines:
    """What finding totals needs to know of a file's lines."""

    firsts: Sequence[Labels]
    dimensions: Mapping[str, Labels]
    dates: Labels | None
    dated: Bools | None
    extras: Mapping[int, list[str]]
    count: int


def find_totals(lines: Lines, platform: Platform) -> tuple[list[TotalLine], Bools]:
    """Every total of the file and which lines are totals."""
    is_total = np.zeros(lines.count, dtype=bool)
    labelled = _labelled(lines, platform)
    for line, _, _ in labelled:
        is_total[line] = True
    nameless = _nameless(lines, platform, is_total)
    is_total[nameless] = True
    pivots = _pivots(lines, is_total)
    for members, _, _ in pivots:
        is_total[members] = True
    found = [_cover(line, label, covers, lines, platform, is_total) for line, label, covers in labelled]
    found += [
        TotalLine("", (int(line),), _same(lines, int(line), ~is_total, keep_all=True), "total.nameless")
        for line in nameless
    ]
    found += [TotalLine(label, tuple(map(int, members)), covered, "total.pivot") for members, label, covered in pivots]
    return found, is_total


def _labelled(lines: Lines, platform: Platform) -> list[tuple[int, str, str]]:
    """(line, label, what it covers) of the lines that call themselves a total."""
    words = frozenset(common().total_words)
    found: dict[int, tuple[str, str]] = {}
    for labels in lines.firsts[: platform.totals.columns]:
        for code, value in enumerate(labels.values):
            folded = value.casefold()
            if not any(hint in folded for hint in _HINTS):
                continue
            covers = _pattern(value, platform)
            if folded.rstrip(":：") in words:
                covers = "word"
            elif folded in common().average_words:
                covers = "average"
            if covers is None:
                continue
            for line in np.flatnonzero(labels.codes == code).tolist():
                # A campaign may be called "Total: X": a line that carries a day is no grand total of a report.
                if covers in ("word", "average") or lines.dated is None or not lines.dated[line]:
                    found.setdefault(line, (value, covers))
    for line, extra in lines.extras.items():
        text = next((cell.strip() for cell in extra if cell.strip().casefold() in words), None)
        if text is not None:
            found.setdefault(line, (text, "all"))
    return [(line, *found[line]) for line in sorted(found)]


def _pattern(value: str, platform: Platform) -> str | None:
    for label in platform.totals.labels:
        match = label.pattern.match(value)
        if match:
            return f"part:{match['part'].strip()}" if label.covers == "part" else label.covers
    return None


def _nameless(lines: Lines, platform: Platform, is_total: Bools) -> Ints:
    """Lines without any name beside lines that have one: the totals row of platforms that do not label it."""
    nothing = np.zeros(0, dtype=np.int64)
    names = [labels for name, labels in lines.dimensions.items() if labels.filled]
    if not platform.totals.nameless or not names:
        return nothing
    bare = np.logical_and.reduce([labels.empty for labels in names]) & ~is_total
    if not bare.any() or bare.sum() > 0.5 * lines.count:
        return nothing
    detail = ~bare & ~is_total
    return np.array([line for line in np.flatnonzero(bare) if _same(lines, int(line), detail).any()], dtype=np.int64)


def _pivots(lines: Lines, is_total: Bools) -> list[tuple[Ints, str, Bools]]:
    """Lines whose name or breakdown is "All", where other lines carry the detail of the same rest."""
    cells = frozenset(common().sub_total_cells)
    columns = {name: labels for name, labels in lines.dimensions.items() if labels.filled}
    marked = {}
    for name, labels in columns.items():
        flags = np.array([value.casefold() in cells for value in labels.values], dtype=bool)
        if flags.any():
            marked[name] = labels.where(flags) & ~is_total
    if not marked:
        return []
    found = []
    any_mark = np.logical_or.reduce(list(marked.values()))
    detail = ~any_mark & ~is_total
    patterns = np.zeros(lines.count, dtype=np.int64)
    for bit, mask in enumerate(marked.values()):
        patterns |= mask.astype(np.int64) << bit
    for pattern in np.unique(patterns[any_mark]):
        starred = {name for bit, name in enumerate(marked) if pattern >> bit & 1}
        members = np.flatnonzero(patterns == pattern)
        rest = [labels for name, labels in columns.items() if name not in starred and not labels.empty[members].any()]
        keys = [labels.codes for labels in rest] + ([lines.dates.codes] if lines.dates is not None else [])
        of_line = _same_key(keys, lines.count)
        known = np.isin(of_line[members], of_line[detail])
        if known.any():
            label = columns[sorted(starred)[0]].at(int(members[0]))
            covered = detail & np.isin(of_line, of_line[members[known]])
            found.append((members[known], label, covered))
    return found


def _same_key(keys: Sequence[np.ndarray], count: int) -> Ints:
    """A number for every line that is the same where all the keys are."""
    if not keys:
        return np.zeros(count, dtype=np.int64)
    return np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _cover(line: int, label: str, covers: str, lines: Lines, platform: Platform, is_total: Bools) -> TotalLine:
    detail = ~is_total
    if covers in ("hidden", "average"):
        return TotalLine(label, (line,), None, "total.labelled")
    if covers == "all":
        return TotalLine(label, (line,), detail, "total.labelled")
    if covers.startswith("part:"):
        return TotalLine(label, (line,), _of_type(covers[5:], lines, platform, detail), "total.labelled")
    if label.casefold().startswith(("sub", "小")) and not _keys_of(lines, line, label):
        before = np.flatnonzero(is_total[:line])
        since = np.zeros(lines.count, dtype=bool)
        since[(int(before[-1]) + 1 if len(before) else 0) : line] = True
        return TotalLine(label, (line,), since & detail, "total.labelled")
    return TotalLine(label, (line,), _same(lines, line, detail, label), "total.labelled")


def _of_type(part: str, lines: Lines, platform: Platform, detail: Bools) -> Bools | None:
    types = lines.dimensions.get("campaign_type")
    if types is None or not types.filled:
        return None
    words = {part.casefold()}
    for names in platform.campaign_types.values():
        folded = {name.casefold() for name in names}
        if folded & words:
            words |= folded
    flags = np.array([value.casefold() in words for value in types.values], dtype=bool)
    return types.where(flags) & detail if flags.any() else None


def _keys_of(lines: Lines, line: int, label: str = "") -> list[Labels]:
    """The columns in which a total line still says whose total it is."""
    columns = list(lines.dimensions.values())
    if lines.dates is not None and lines.dated is not None and lines.dated[line]:
        columns.append(lines.dates)
    return [labels for labels in columns if labels.at(line) not in ("", label)]


def _same(lines: Lines, line: int, detail: Bools, label: str = "", keep_all: bool = False) -> Bools:
    """The detail lines that share everything a total line names."""
    covered = detail.copy()
    for labels in _keys_of(lines, line, label):
        narrowed = covered & (labels.codes == labels.codes[line])
        if narrowed.any() or not keep_all:
            covered = narrowed
    return covered


def close_enough(stated: Decimal, summed: Decimal, lines: int, whole: bool) -> bool:
    """Whether a total agrees: counts exactly, the rest within what rounding each line to two places can move."""
    if whole:
        return stated == summed
    return abs(stated - summed) <= Decimal("0.01") + min(Decimal("0.005") * lines, abs(summed) / 1000)
