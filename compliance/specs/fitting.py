"""Decides which value of a row belongs to which field of a format, and where it stands in the ad's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from compliance.findings import Placement
from compliance.law_schema import Words
from compliance.specs.book import Spec, spec_book
from compliance.specs.saying import Given, label_of
from compliance.specs.schema import Platform


@dataclass(frozen=True, slots=True)
class Fitted:
    """The values of a row by the field of the format; ``unused`` are those the format has no field for."""

    by_field: Mapping[str, Sequence[Given]]
    unused: Sequence[Given]
    stated: bool


def place_of(placement: Placement) -> tuple[Platform | None, Spec | None]:
    """The platform and format a row names; None for what it does not name or what is not on file."""
    return _place_of(placement.platform, placement.format)


@lru_cache(maxsize=256)
def _place_of(platform: str, format_: str) -> tuple[Platform | None, Spec | None]:
    book = spec_book()
    key = book.platform(platform) if platform else None
    spec = book.spec(key, format_) if format_ and (key or not platform) else None
    key = spec.platform if spec else key
    return (book.platforms[key] if key else None), spec


def field_name(spec: Spec | None, name: str) -> str | None:
    """The field of the format that a column of this name means."""
    if spec is None:
        return None
    wanted = name.casefold()
    fields = spec.format.fields
    for name_or_plural in (wanted, wanted.removesuffix("s")):
        if name_or_plural in fields:
            return name_or_plural
    for key, field in fields.items():
        if wanted in {field.label.zh_tw.casefold(), field.label.en, *field.also}:
            return key
    return None


def fit(placement: Placement, spec: Spec | None, text: str) -> Fitted:
    """Every value of the placement under its field; the ad's text stands in for the field that is the text."""
    by_field: dict[str, list[Given]] = {}
    unused: list[Given] = []
    for name, values in placement.fields.items():
        key = field_name(spec, name)
        for number, value in enumerate(values, 1):
            called = f"{name} {number}" if len(values) > 1 else name
            label = (
                _plain(called)
                if spec is None or key is None
                else label_of(spec.format.fields[key], number, len(values))
            )
            at = text.find(value)
            given = Given(called, label, value, at if at >= 0 else None)
            (unused if key is None else by_field.setdefault(key, [])).append(given)
    stated = bool(by_field)
    for key, field in spec.format.fields.items() if spec else ():
        if field.of_text and key not in by_field and text.strip():
            by_field[key] = [Given(None, field.label, text)]
    return Fitted(by_field, unused, stated)


def _plain(name: str) -> Words:
    return Words.model_validate({"zh-TW": name, "en": name})
