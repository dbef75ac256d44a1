"""Decides how an ad that waits to be screened is kept as JSON: the row with its facts and where it is to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compliance.findings import CopyItem, Placement
from compliance.law_schema import Words
from compliance.specs.book import spec_book
from engine.messages import Language


def placement(platform: str, format_: str, fields: Mapping[str, Sequence[str]]) -> Placement | None:
    """Where an ad is to run; None where nothing is said of it. Values without a letter are left out."""
    kept = {name: texts for name, given in fields.items() if (texts := tuple(t.strip() for t in given if t.strip()))}
    platform, format_ = platform.strip(), format_.strip()
    return Placement(platform, format_, kept) if platform or format_ or kept else None


def format_names(language: Language) -> list[tuple[str, str]]:
    """Every ad format on file: its id, and platform and name as people say them."""
    book = spec_book()
    names = []
    for spec in book.specs.values():
        platform, name = _said(book.platforms[spec.platform].title, language), _said(spec.format.name, language)
        names.append((spec.id, name if name.startswith(platform) else f"{platform} {name}"))
    return names


def _said(words: Words, language: Language) -> str:
    return words.en if language == "en" else words.zh_tw


def row_request(item: CopyItem) -> dict[str, Any]:
    """The item as JSON-ready data."""
    row: dict[str, Any] = {"row_id": item.row_id, "text": item.text, "product": item.product, "facts": dict(item.facts)}
    at = item.placement
    if at is not None:
        fields = {name: list(texts) for name, texts in at.fields.items()}
        row["placement"] = {"platform": at.platform, "format": at.format, "fields": fields}
    return row


def item_of(row: Mapping[str, Any]) -> CopyItem:
    """The item that ``row_request`` wrote."""
    at = row.get("placement")
    where = placement(at["platform"], at["format"], at["fields"]) if at else None
    return CopyItem(row["row_id"], row["text"], row["product"], row["facts"], where)
