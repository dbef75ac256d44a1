"""Decides whom each line is about: names, ids, platform, the file's grain and its one breakdown."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.ingest.faults import say
from engine.ingest.fields import BREAKDOWNS, ENTITIES
from engine.ingest.grid import Ints, Labels
from engine.ingest.platform import common, platforms
from engine.messages import Message

GRAINS = ("ad", "ad_group", "campaign")
_MOST_KEYS = 1 << 62


@dataclass(frozen=True, slots=True)
class Entities:
    """The dimensions of every line, and what they add up to as a grain."""

    dimensions: dict[str, Labels]
    grain: str
    breakdown: str
    collapsed: tuple[str, ...]


def name_entities(
    labels: Mapping[str, Labels],
    platform: str,
    values: Mapping[str, str],
    account_id: str | None,
    lines: int,
) -> Entities:
    """The dimensions as a snapshot names them; ``values`` are what the lines above the header said."""
    dimensions = {name: labels.get(name, Labels.constant(values.get(name, ""), lines)) for name in ENTITIES}
    if account_id is not None:
        dimensions["account_id"] = Labels.constant(account_id, lines)
    elif not dimensions["account_id"].filled:
        dimensions["account_id"] = dimensions["account_name"]
    dimensions["campaign_type"] = dimensions["campaign_type"].renamed(platforms()[platform].campaign_type_names)
    broken = {name: labels[name] for name in BREAKDOWNS if name in labels and labels[name].filled}
    dimensions["platform"], publisher = _platforms(labels.get("platform"), platform, values, lines)
    if publisher is not None:
        broken = {publisher[0]: publisher[1]} | broken
    chosen, collapsed = _one_breakdown(broken)
    dimensions["breakdown"] = Labels.constant(chosen, lines)
    dimensions["breakdown_value"] = broken[chosen] if chosen else Labels.constant("", lines)
    grain = next(
        (g for g in GRAINS if dimensions[f"{g}_id"].filled or dimensions[f"{g}_name"].filled),
        "account",
    )
    dimensions["grain"] = Labels.constant(grain, lines)
    return Entities(dimensions, grain, chosen, collapsed)


def _platforms(
    column: Labels | None, platform: str, values: Mapping[str, str], lines: int
) -> tuple[Labels, tuple[str, Labels] | None]:
    """The platform of every line, and the column as a breakdown where it does not name platforms."""
    if column is None or not column.filled:
        said = common().platform_names.get(_plain(values.get("platform", "")))
        return Labels.constant(said or platform if platform == "generic" else platform, lines), None
    named = [_plain(value) for value in column.values]
    publishers = set(common().publishers)
    if all(name in publishers or not name for name in named):
        return Labels.constant("meta", lines), ("publisher_platform", column)
    known = common().platform_names
    if not any(name in known for name in named):
        return Labels.constant(platform, lines), ("segment", column)
    texts = tuple(known.get(name, name.replace(" ", "_")) if name else platform for name in named)
    unique = list(dict.fromkeys(texts))
    place = np.array([unique.index(text) for text in texts], dtype=np.int32)
    return Labels(place[column.codes], tuple(unique)), None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("_", " ").strip().casefold()


def _one_breakdown(broken: Mapping[str, Labels]) -> tuple[str, tuple[str, ...]]:
    """The breakdown to keep and those that are added up: a table keeps one at most."""
    if len(broken) <= 1:
        return next(iter(broken), ""), ()
    varied = [name for name in broken if len(np.unique(broken[name].codes)) > 1]
    chosen = min(varied or broken, key=BREAKDOWNS.index)
    return chosen, tuple(name for name in broken if name != chosen)


def line_keys(dimensions: Mapping[str, Labels], days: Sequence[Ints]) -> Ints:
    """One whole number a line; lines with the same number are about the same thing on the same days."""
    parts = [_varying(dimensions[name]) for name in ("platform", "campaign_type", "breakdown_value")]
    for level in ("account", "campaign", "ad_group", "ad"):
        parts.append(_identity(dimensions[f"{level}_id"], dimensions[f"{level}_name"]))
    key = np.zeros(len(dimensions["platform"].codes), dtype=np.int64)
    span = 1
    for part in (*parts, *days):
        if part is None:
            continue
        low = int(part.min()) if len(part) else 0
        width = (int(part.max()) - low + 1) if len(part) else 1
        if span * width > _MOST_KEYS:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            span = int(key.max()) + 1
        key = key * width + (part - low)
        span *= width
    return key


def _varying(labels: Labels) -> Ints | None:
    return labels.codes.astype(np.int64) if len(labels.values) > 1 else None


def _identity(ids: Labels, names: Labels) -> Ints | None:
    """The id where there is one, else the name."""
    if not ids.filled:
        return _varying(names)
    if "" not in ids.values:
        return _varying(ids)
    return np.where(ids.empty, names.codes.astype(np.int64) + len(ids.values), ids.codes.astype(np.int64))


def grain_warnings(entities: Entities) -> list[Message]:
    """What to say about breakdowns that were added up."""
    if not entities.collapsed:
        return []
    return [say("warn.breakdowns", kept=entities.breakdown, added=", ".join(entities.collapsed))]
