"""Decides how entities and money are told: who one is, from the account down to itself, and what an amount is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from engine.money import SIGNS
from engine.vocabulary import Level, Subject
from rules.entities import Ints

SHOWN_NAMES = ("account", "campaign", "ad_group", "ad")


class Keys(NamedTuple):
    """The keys of an entity and of what lies above it; "" where nothing does."""

    key: str
    group_key: str
    campaign_key: str
    account_key: str


class Texts:
    """The texts of the entities of one level, and who each is: taken out once for all rules that flag it."""

    def __init__(self, level: str, entities: pd.DataFrame) -> None:
        self._level, self._entities = level, entities
        self._known = SHOWN_NAMES[: SHOWN_NAMES.index("campaign" if level == "placement" else level) + 1]
        self._met: dict[int, Subject] = {}

    def column(self, name: str, at: Ints) -> list[str]:
        """One text of the entities ``at``."""
        taken: list[str] = self._entities[name].array.take(at).to_numpy(dtype=object).tolist()
        return taken

    def keys_of(self, at: Ints) -> list[Keys]:
        """Keys of the entities ``at``."""
        return list(map(Keys, *(self.column(name, at) for name in Keys._fields)))

    def subjects_of(self, at: Ints) -> list[Subject]:
        """Who the entities ``at`` are, with ids and names from the account down to themselves."""
        places = at.tolist()
        new = [one for one in places if one not in self._met]
        if new:
            self._met |= zip(new, self._subjects(np.array(new, dtype=np.int64)), strict=True)
        return [self._met[one] for one in places]

    def accounts_of(self, at: Ints) -> list[Subject]:
        """The accounts of the entities ``at``."""
        columns = (self.column(name, at) for name in ("platform", "account_id", "account_name"))
        return [
            Subject(Level.ACCOUNT, platform, _told(("account",), (own,)), _told(("account",), (name,)))
            for platform, own, name in zip(*columns, strict=True)
        ]

    def let_go(self) -> None:
        """Forgets them, once everybody is told who is who: of a large account they take much room."""
        self._entities, self._met = self._entities.iloc[:0].copy(), {}

    def _subjects(self, at: Ints) -> Iterator[Subject]:
        level, known, shown = Level(self._level), self._known, self._known
        ids = zip(*(self.column(f"{name}_id", at) for name in known), strict=True)
        columns = [self.column(f"{name}_name", at) for name in known]
        if self._level == "placement":
            shown, columns = (*known, "placement"), [*columns, self.column("breakdown_value", at)]
        for platform, own, names in zip(self.column("platform", at), ids, zip(*columns, strict=True), strict=True):
            yield Subject(level, platform, _told(known, own), _told(shown, names))


def _told(names: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    return {name: text for name, text in zip(names, texts, strict=True) if text}


def amount(value: float, currency: str | None) -> str:
    """Money as people read it; a whole amount in a currency booked whole."""
    sign = SIGNS.get(currency or "", f"{currency} " if currency else "")
    return f"{sign}{value:,.0f}"
