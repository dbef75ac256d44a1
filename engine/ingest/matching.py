"""Decides which platform wrote a header row and which field each of its columns is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.ingest.fields import BREAKDOWNS, DATES, IGNORE, METRICS
from engine.ingest.headers import normalise
from engine.ingest.mapping import UserMapping
from engine.ingest.platform import Platform, common, platforms

GENERIC = "generic"
_TITLE_WEIGHT = 3
_BEYOND = 1000


@dataclass(frozen=True, slots=True)
class Match:
    """What a header row means. ``fields``: field -> position; ``wide``: position -> (metric, channel)."""

    platform: str
    fields: dict[str, int]
    wide: dict[int, tuple[str, str]]
    known: frozenset[int]
    passed_over: dict[int, str]
    unknown: tuple[int, ...]
    doubled: dict[str, list[int]] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, int]:
        """The measures among the fields."""
        return {name: position for name, position in self.fields.items() if name in METRICS}

    @property
    def has_date(self) -> bool:
        """Whether some column says when."""
        days = {"date", "timestamp", "week", "month", "quarter", "year", "period_start", "period"}
        return bool(days & set(self.fields)) or {"month_name", "day_of_month"} <= set(self.fields)


def count_known(cells: Sequence[str], mapping: UserMapping | None) -> int:
    """How many cells of a line are headers that some platform, or the mapping, knows."""
    forms = {normalise(cell) for cell in cells if cell.strip()}
    everything = set(mapping.fields) if mapping else set()
    for platform in platforms().values():
        everything |= platform.by_header.keys() | platform.known_headers | platform.guesses.keys()
    return len(forms & everything)


def detect_platform(forms: Sequence[str], titles: frozenset[str]) -> str:
    """The platform whose own headers or report titles stand here; ``generic`` where none does."""
    present = set(forms)
    scores = {}
    for name, platform in platforms().items():
        titled = bool(titles & {normalise(title) for title in platform.titles})
        signs = len(present & platform.signs) + _TITLE_WEIGHT * titled
        if signs:
            scores[name] = (signs, len(present & (platform.by_header.keys() | platform.known_headers)))
    return max(scores, key=lambda name: scores[name]) if scores else GENERIC


def match_headers(headers: Sequence[str], platform: str, mapping: UserMapping | None) -> Match:
    """The field of every column: the person's mapping first, then the platform's words, then everybody's."""
    forms = [normalise(header) for header in headers]
    pack, fallback = platforms()[platform], platforms()[GENERIC]
    wide: dict[int, tuple[str, str]] = {}
    known: set[int] = set()
    unknown: list[int] = []
    candidates: dict[str, list[tuple[int, int]]] = {}
    for position, form in enumerate(forms):
        said = mapping.fields.get(form) if mapping else None
        if said is not None and "@" in said:
            metric, _, channel = said.partition("@")
            wide[position] = (metric, channel)
            continue
        found = (said, -1) if said else _by_platform(form, forms, pack)
        if found is None and pack is not fallback:
            found = _by_fallback(form, fallback)
        if found is None:
            is_known = form in pack.known_headers or form in fallback.known_headers
            known.add(position) if is_known else unknown.append(position)
        elif found[0] == IGNORE:
            known.add(position)
        else:
            candidates.setdefault(str(found[0]), []).append((found[1], position))
    if mapping and mapping.is_wide:
        candidates = {name: spots for name, spots in candidates.items() if name not in METRICS or spots[0][0] < 0}
    return _choose(headers, forms, platform, candidates, wide, known, unknown)


def _by_platform(form: str, forms: Sequence[str], pack: Platform) -> tuple[str, int] | None:
    present = set(forms)
    for rule in pack.conditional:
        if normalise(rule.header) != form:
            continue
        beside = {normalise(header) for header in rule.beside}
        without = {normalise(header) for header in rule.without}
        if beside <= present and not without & present:
            return rule.field, 0
    return pack.by_header.get(form)


def _by_fallback(form: str, fallback: Platform) -> tuple[str, int] | None:
    """Everybody's word for a field; a platform's own meaning of platform, month or day is not to be guessed at."""
    found = fallback.by_header.get(form)
    if found is None or found[0] in ("platform", "month_name", "day_of_month", "creative_type", *DATES[6:]):
        return None
    return found[0], _BEYOND + found[1]


def _choose(
    headers: Sequence[str],
    forms: Sequence[str],
    platform: str,
    candidates: dict[str, list[tuple[int, int]]],
    wide: dict[int, tuple[str, str]],
    known: set[int],
    unknown: list[int],
) -> Match:
    fields: dict[str, int] = {}
    passed: dict[int, str] = {}
    doubled: dict[str, list[int]] = {}
    for name, spots in candidates.items():
        best = min(spots)
        fields[name] = best[1]
        same = [position for rank, position in sorted(spots) if forms[position] == forms[best[1]]]
        if len(same) > 1:
            doubled[name] = same
        passed.update({position: name for _, position in spots if position != best[1]})
    for exact, rounded in (("spend_micros", "spend"), ("conversions_value_micros", "conversions_value")):
        if exact in fields and rounded in fields:
            passed[fields.pop(rounded)] = rounded
    if "date" in fields:
        for coarser in DATES[1:]:
            if coarser in fields and coarser not in ("period_start", "period_end"):
                known.add(fields.pop(coarser))
    return Match(platform, fields, wide, frozenset(known), passed, tuple(unknown), doubled)


def guess_wide(headers: Sequence[str]) -> dict[int, tuple[str, str]]:
    """The columns that look like one channel's measure; empty unless at least two channels have a spend."""
    found: dict[int, tuple[str, str]] = {}
    for position, header in enumerate(headers):
        form = normalise(header)
        for pattern in common().wide:
            match = re.match(pattern.match, form)
            if match and not re.fullmatch(r"(total|avg|cost per|sum|ad|media|amount|daily|lifetime).*", form):
                found[position] = (pattern.metric, match["channel"].replace(" ", "_"))
                break
    paid = {channel for metric, channel in found.values() if metric == "spend"}
    return {p: (m, c) for p, (m, c) in found.items() if c in paid} if len(paid) > 1 else {}


def breakdowns_of(match: Match) -> list[str]:
    """The breakdown fields of a header row, the one most worth keeping first."""
    return [name for name in BREAKDOWNS if name in match.fields]
