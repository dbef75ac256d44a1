"""Decides what a first mapping file for an unknown table looks like: every header, a guess where there is one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from engine.ingest.dates import read_dates
from engine.ingest.faults import FaultList, say
from engine.ingest.fields import DATES, FIELDS, IGNORE
from engine.ingest.headers import normalise
from engine.ingest.layout import find_header
from engine.ingest.matching import detect_platform, guess_wide, match_headers
from engine.ingest.platform import platforms
from engine.ingest.preamble import read_preamble
from engine.ingest.sniffing import read_content
from engine.ingest.source import open_source
from engine.settings import Settings, settings

_HEAD = """\
# 對照檔：每行是「欄名: 欄位」。請改成正確的欄位，不需要的寫 ignore。
# Mapping file: each line is "header: field". Correct the fields; write ignore for what is not needed.
# 欄位 / fields: {fields}
# 寬表（每個管道一欄）/ wide table (a column for each channel):  tv_S: spend@TV
# 每列都相同的事 / what holds for every row:  $year: 2026   $currency: TWD   $platform: line   $campaign: 名稱
"""


def suggest_map(path: Path, limits: Settings | None = None) -> str:
    """YAML to start a mapping file from: a guess for every header, with sample values beside it.

    Raises FileFaults when the file is no table at all.
    """
    faults = FaultList(path.name)
    bounds = limits or settings()
    source = open_source(read_content(path, bounds, faults), None, bounds, faults)
    index, _ = find_header(source.records, None)
    if index < 0:
        raise faults.stop(say("no_header"))
    headers = [cell.strip() for cell in source.records[index]]
    samples = [
        [record[position].strip() for record in source.records[index + 1 :] if position < len(record)]
        for position in range(len(headers))
    ]
    guesses = _guess(headers, samples, read_preamble(source.records[:index]).titles)
    lines = [_HEAD.format(fields=", ".join(sorted(FIELDS)))]
    for position, header in enumerate(headers):
        if header:
            shown = [value for value in samples[position] if value][:3]
            note = f"  # {' | '.join(value[:30] for value in shown)}" if shown else ""
            lines.append(f"{_quoted(header)}: {guesses[position]}{note.replace(chr(10), ' ')}\n")
    return "".join(lines)


def _guess(headers: Sequence[str], samples: Sequence[Sequence[str]], titles: frozenset[str]) -> list[str]:
    platform = detect_platform([normalise(header) for header in headers], titles)
    match = match_headers(headers, platform, None)
    wide = guess_wide(headers)
    guesses = [IGNORE] * len(headers)
    for field, position in match.fields.items():
        guesses[position] = field
    maybe = {form: field for pack in platforms().values() for form, field in pack.guesses.items()}
    for position in match.unknown:
        field = maybe.get(normalise(headers[position]), IGNORE)
        guesses[position] = field if field not in match.fields else IGNORE
    if wide:
        for position, (metric, channel) in wide.items():
            guesses[position] = f"{metric}@{channel}"
        keep = {*wide, *(p for f, p in match.fields.items() if f in (*DATES, "region", "country", "currency"))}
        guesses = [guess if position in keep else IGNORE for position, guess in enumerate(guesses)]
    if not any(guess in DATES for guess in guesses):
        found = next((p for p, values in enumerate(samples) if _are_days(values)), None)
        if found is not None:
            guesses[found] = "date"
    return ["week" if g == "date" and _are_weeks(samples[p]) else g for p, g in enumerate(guesses)]


def _are_days(values: Sequence[str]) -> bool:
    written = [value for value in values if value]
    return bool(written) and len(read_dates(written, "mdy").days) == len(set(written))


def _are_weeks(values: Sequence[str]) -> bool:
    days = sorted(read_dates([value for value in values if value]).days.values())
    gaps = {later - earlier for earlier, later in itertools.pairwise(days)}
    return len(days) > 3 and bool(gaps) and all(gap % timedelta(days=7) == timedelta(0) for gap in gaps)


def _quoted(header: str) -> str:
    """The header as a YAML key; quotes keep ``no``, ``#``, ``:`` and leading signs from meaning something."""
    return header if header.replace("_", "").isalpha() and len(header) > 5 else json.dumps(header, ensure_ascii=False)
