"""Decides how a limit that a file passes is told: its variable, its value, what was found, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.ingest.faults import say
from engine.messages import Message
from engine.settings import Settings

# Setting -> the message that is told when a file passes it.
CODES: Mapping[str, str] = {
    "max_file_bytes": "too_big",
    "max_rows": "too_many_rows",
    "max_columns": "too_many_columns",
    "max_cells": "too_many_cells",
    "max_cell_chars": "huge_cell",
    "max_unzipped_bytes": "workbook.bomb",
    "max_zip_ratio": "workbook.ratio",
    "max_zip_entries": "workbook.entries",
    "max_part_bytes": "workbook.part",
    "max_shared_texts": "workbook.texts",
    "max_copy_rows": "copy_rows",
    "max_copy_chars": "copy_chars",
}


def passed(limits: Settings, setting: str, found: int) -> Message:
    """What is told when ``found`` is more than the limit ``setting``."""
    limit = int(getattr(limits, setting))
    return say(CODES[setting], setting=f"ADCUE_{setting.upper()}", limit=limit, found=found)
