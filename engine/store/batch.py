"""Decides how the table of a file becomes keys and whole numbers: who each row is about, which day, how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.store.measures import MEASURES, NONE, to_stored
from engine.store.packing import occurrences, pack, text_codes
from engine.store.reading import Reading
from engine.store.types import Ints, day_to_int, days_to_ints
from engine.vocabulary import content_hash

Texts = npt.NDArray[np.object_]
LEVELS = ("campaign", "ad_group", "ad")
LABELS = ("account_name", "campaign_name", "campaign_type", "ad_group_name", "ad_name")
KEY_TRAITS = ("breakdown_value", "result_indicator", "attribution", "currency")
TRAITS = ("breakdown_value", "campaign_id", "ad_group_id", "ad_id", "result_indicator", "attribution", "currency")


class ScopeKey(NamedTuple):
    """What a file speaks about."""

    platform: str
    account_id: str
    grain: str
    breakdown: str
    daily: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """One file as keys and numbers; ``scope`` and ``entity`` are positions in ``scopes`` and ``entities``."""

    scopes: tuple[ScopeKey, ...]
    entities: pd.DataFrame
    first_day: int
    last_day: int
    scope: Ints
    entity: Ints
    date_day: Ints
    period_end: Ints
    occurrence: Ints
    source_row: Ints
    measures: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.entity)


def encode(reading: Reading) -> Batch:
    """The file as a batch. Rows with equal keys are told apart by how many like them stand above."""
    table = reading.table
    first, last = (days_to_ints(table[name].to_numpy()) for name in ("date_day", "period_end"))
    scopes, scope = _scopes(table, first == last)
    entities, entity = _entities(table, scopes, scope, first)
    edges = [int(first.min()), int(last.max())] if len(table) else []
    if reading.report.period is not None:
        edges += [day_to_int(day) for day in reading.report.period]
    blank = np.full(len(table), NONE, dtype=np.int64)
    return Batch(
        scopes=scopes,
        entities=entities,
        first_day=min(edges, default=0),
        last_day=max(edges, default=0),
        scope=scope,
        entity=entity,
        date_day=first,
        period_end=last,
        occurrence=occurrences(pack([entity, first, last])),
        source_row=table["source_row"].to_numpy(dtype="int64"),
        measures={name: to_stored(table[name], name) if name in table else blank for name in MEASURES},
    )


def _text(table: pd.DataFrame, name: str) -> tuple[Ints, Texts]:
    if name not in table:
        return np.zeros(len(table), dtype=np.int64), np.array([""], dtype=object)
    return text_codes(table[name])


def _scopes(table: pd.DataFrame, is_day: npt.NDArray[np.bool_]) -> tuple[tuple[ScopeKey, ...], Ints]:
    parts = [_text(table, name) for name in ("platform", "account_id", "grain", "breakdown")]
    scope, distinct = pd.factorize(pack([codes for codes, _ in parts]))
    first = _first_of(scope, len(distinct))
    sums = np.bincount(scope[~is_day], minlength=len(distinct))
    platform, account, grain, breakdown = (texts[codes[first]].tolist() for codes, texts in parts)
    keys = map(ScopeKey, platform, account, grain, breakdown, (sums == 0).tolist())
    return tuple(keys), scope.astype(np.int64)


def _entities(table: pd.DataFrame, scopes: tuple[ScopeKey, ...], scope: Ints, day: Ints) -> tuple[pd.DataFrame, Ints]:
    traits = {name: _text(table, name) for name in TRAITS}
    references = {level: _references(table, level, traits[f"{level}_id"]) for level in LEVELS}
    others = [traits[name][0] for name in KEY_TRAITS]
    entity, distinct = pd.factorize(pack([scope, *others, *(codes for codes, _ in references.values())]))
    first = _first_of(entity, len(distinct))
    found: dict[str, Any] = {name: texts[codes[first]] for name, (codes, texts) in traits.items()}
    named: dict[str, Texts] = {level: texts[codes[first]] for level, (codes, texts) in references.items()}
    found["scope"] = scope[first]
    others_and_names = [found[name] for name in KEY_TRAITS] + list(named.values())
    found["id"] = [
        content_hash([*scopes[place], *texts])
        for place, *texts in zip(scope[first].tolist(), *others_and_names, strict=True)
    ]
    latest = table.iloc[_last_of(entity, day, len(distinct))]
    for name in LABELS:
        found[name] = latest[name].astype(object).fillna("").to_numpy() if name in table else ""
    return pd.DataFrame(found), entity.astype(np.int64)


def _references(table: pd.DataFrame, level: str, ids: tuple[Ints, Texts]) -> tuple[Ints, Texts]:
    """How a level is told apart: by its id where exported, else by its name; the text says which."""
    codes, texts = ids
    known = codes > 0
    by_id = np.array([""] + [f"id:{text}" for text in texts[1:]], dtype=object)
    if known.all():
        return codes, by_id
    name_codes, names = _text(table, f"{level}_name")
    by_name = np.array([f"name:{text}" for text in names[1:]], dtype=object)
    return (
        np.where(known, codes, np.where(name_codes > 0, name_codes + len(texts) - 1, 0)),
        np.concatenate([by_id, by_name]),
    )


def _first_of(codes: npt.NDArray[np.integer], count: int) -> Ints:
    """The first row of each code."""
    first = np.empty(count, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


def _last_of(codes: npt.NDArray[np.integer], day: Ints, count: int) -> Ints:
    """The row of each code with the latest day; of several, the lowest in the file."""
    order = np.argsort(day, kind="stable")
    last = np.empty(count, dtype=np.int64)
    last[codes[order]] = order
    return last
