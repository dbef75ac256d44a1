"""Decides how one export becomes a checked table of facts: bytes, header, columns, days, numbers, totals, grain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from engine.errors import InputError
from engine.ingest.assembling import assemble
from engine.ingest.columns import read_columns
from engine.ingest.faults import FaultList
from engine.ingest.layout import Remembered, lay_out
from engine.ingest.mapping import check_mapping
from engine.ingest.platform import platforms
from engine.ingest.report import Hints, Reading
from engine.ingest.sniffing import read_content
from engine.ingest.source import open_source
from engine.settings import Settings, settings


def nothing_remembered(fingerprint: str) -> Mapping[str, str] | None:
    """No mapping, for every header row."""
    return None


def read_export(
    path: Path,
    hints: Hints = Hints(),  # noqa: B008 - frozen, holds nothing that could be shared by mistake
    remembered: Remembered = nothing_remembered,
    limits: Settings | None = None,
    today: date | None = None,
    name: str | None = None,
) -> Reading:
    """The facts of one export file and the report on how it was understood.

    ``remembered`` gives the mapping kept for a header row's fingerprint. ``today`` bounds what dates are possible.
    ``name`` is what the file is called where it came from, if it lies under another name here.
    Raises FileFaults with every fault of the file, and InputError for a hint that is no hint.
    """
    faults = FaultList(name or path.name)
    bounds = limits or settings()
    if hints.platform is not None and hints.platform not in platforms():
        raise InputError("engine.ingest.platform.unknown", platform=hints.platform, known=", ".join(platforms()))
    mapping = check_mapping(hints.mapping) if hints.mapping else None
    content = read_content(path, bounds, faults)
    source = open_source(content, mapping, bounds, faults)
    layout = lay_out(source.records, source.header_index, hints, remembered, faults)
    columns = read_columns(source, layout, hints, faults, today or date.today())
    return assemble(faults.file, content, source, layout, columns, hints, faults)
