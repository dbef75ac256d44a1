"""Decides which columns of a copy file say where an ad is to run and hold the texts of its format."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import regex

from api.copy_json import read_json
from api.services.copy_rows import placement
from compliance.findings import Placement
from compliance.specs.book import spec_book
from engine.ingest.faults import FaultList
from engine.messages import Message

_PLATFORM = ("platform", "平台", "平臺")
_FORMAT = ("format", "版型", "廣告版型", "廣告格式")
_NUMBERED = regex.compile(r"(.+?)[\s_-]*\d{1,2}")
_MOST_VALUES = 200


def placement_of(number: int, given: Mapping[str, Any], faults: FaultList) -> Placement | None:
    """Where the row's ad is to run, with every field in the order of the columns; None where no column says so.

    A field has one column, several (headline 1, headline 2), one cell with a line each, or in JSON a list; ``fields``
    may hold them as an object, whatever they are called. Without a platform or format other columns are the row's own
    and are left alone.
    """
    platform = _first(number, given, _PLATFORM, faults)
    format_ = _first(number, given, _FORMAT, faults)
    columns = (
        [(column, name) for column in given if (name := _field(column)) is not None] if platform or format_ else []
    )
    stated = [(given, column, name) for column, name in columns]
    inner = _object(given.get("fields"))
    stated += [(inner, column, _field(column) or column.strip()) for column in inner]
    fields: dict[str, list[str]] = {}
    for values, column, name in stated:
        value = values[column]
        if value is None:
            continue
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in texts) or len(texts) > _MOST_VALUES:
            faults.add(Message("api.copy.field_values"), row=number, column=column)
            continue
        several = _several().get(name, False)
        fields.setdefault(name, []).extend(line for text in texts for line in (text.split("\n") if several else [text]))
    return placement(platform, format_, fields)


def _object(value: object) -> dict[str, Any]:
    """The fields as an object: as JSON gives it, or written as JSON into a cell; anything else is the row's own."""
    value = read_json(value, otherwise=None) if isinstance(value, str) and value.lstrip().startswith("{") else value
    return value if isinstance(value, dict) else {}


def _first(number: int, given: Mapping[str, Any], names: tuple[str, ...], faults: FaultList) -> str:
    """The value of the first of ``names`` that the row has."""
    for column, value in given.items():
        if column.strip().casefold() in names and value is not None:
            if isinstance(value, str):
                return value.strip()
            faults.add(Message("api.copy.place"), row=number, column=column)
    return ""


def _field(column: str) -> str | None:
    """The field a column is named for, with or without a number behind it."""
    name = column.strip().casefold()
    if name in _several():
        return name
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered and numbered[1] in _several() else None


@cache
def _several() -> dict[str, bool]:
    """Every name of a field in any format, and whether any format has several of it."""
    names: dict[str, bool] = {}
    for spec in spec_book().specs.values():
        for key, field in spec.format.fields.items():
            for name in (key, f"{key}s", field.label.zh_tw.casefold(), *field.also):
                names[name] = names.get(name, False) or field.max > 1
    return names
