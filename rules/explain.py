"""Decides how entities and money are told: who one is, from the account down to itself, and what an amount is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from engine.money import SIGNS
from engine.vocabulary import Level, Subject
from rules.entities import TEXTS, Ints

TEXTS_AND_KEYS = (*TEXTS, "key", "group_key", "campaign_key", "account_key")
SHOWN_NAMES = ("account", "campaign", "ad_group", "ad")


class Keys(NamedTuple):
    """The keys of an entity and of what lies above it; "" where nothing does."""

    key: str
    group_key: str
    campaign_key: str
    account_key: str


def rows_of(entities: pd.DataFrame, at: Sequence[int]) -> list[dict[str, str]]:
    """The texts of some entities, taken out of the frame in one go."""
    if not at:
        return []
    taken = entities.iloc[list(at)]
    texts = zip(*(taken[name].tolist() for name in TEXTS_AND_KEYS), strict=True)
    return [dict(zip(TEXTS_AND_KEYS, row, strict=True)) for row in texts]


def subject(level: str, row: Mapping[str, str]) -> Subject:
    """Who an entity is, with ids and names from the account down to itself."""
    known = SHOWN_NAMES[: SHOWN_NAMES.index("campaign" if level == "placement" else level) + 1]
    ids = {name: row[f"{name}_id"] for name in known if row[f"{name}_id"]}
    names = {name: row[f"{name}_name"] for name in known if row[f"{name}_name"]}
    if level == "placement":
        names["placement"] = row["breakdown_value"]
    return Subject(Level(level), row["platform"], ids, names)


class Texts:
    """The texts of the entities of one level, and who each is: taken out once for all rules that flag it."""

    def __init__(self, level: str, entities: pd.DataFrame) -> None:
        self._level, self._entities = level, entities
        self._met: dict[int, tuple[dict[str, str], Subject]] = {}

    def keys_of(self, at: Ints) -> list[Keys]:
        """Keys of the entities ``at``."""
        columns = (self._entities[name].array.take(at).tolist() for name in Keys._fields)
        return list(map(Keys, *columns))

    def of(self, at: Sequence[int]) -> list[tuple[dict[str, str], Subject]]:
        """Texts and subject of the entities ``at``."""
        new = [one for one in at if one not in self._met]
        for one, row in zip(new, rows_of(self._entities, new), strict=True):
            self._met[one] = row, subject(self._level, row)
        return [self._met[one] for one in at]


def amount(value: float, currency: str | None) -> str:
    """Money as people read it; a whole amount in a currency booked whole."""
    sign = SIGNS.get(currency or "", f"{currency} " if currency else "")
    return f"{sign}{value:,.0f}"
