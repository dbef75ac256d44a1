"""Decides what every rule says on its levels, each rule by itself: who is flagged, and under which shields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

import pandas as pd

from engine.vocabulary import PackRef
from rules.evidence_told import Numbers
from rules.explain import rows_of
from rules.flags import Flags, flags
from rules.loading import LoadedPack
from rules.looking import counted_table
from rules.pack import LevelName, RulePack
from rules.protection import active_per_group, states_of
from rules.signals import SignalSource, SignalTable
from rules.windows import Bools


@dataclass(frozen=True, slots=True)
class RuleOnLevel:
    """One rule on one level, with what it was judged on; ``told`` is the state of every entity, where any is told."""

    pack: RulePack
    ref: PackRef
    level: LevelName
    table: SignalTable
    found: Flags
    learning: Bools
    broken: Bools
    told: pd.DataFrame | None

    def flags(self) -> Iterator[Flagged]:
        """Every entity it flagged."""
        at = self.found.flagged.nonzero()[0].tolist()
        numbers = Numbers(self.pack, self.table, self.found, at)
        for number, row in enumerate(rows_of(self.table, at)):
            yield Flagged(self, at[number], row, numbers, number)


@dataclass(frozen=True, slots=True)
class Flagged:
    """One entity that one rule flagged: its row ``at`` in the table, its texts, and its ``number`` among the flags."""

    one: RuleOnLevel
    at: int
    row: dict[str, str]
    numbers: Numbers
    number: int


def judge_rules(
    source: SignalSource,
    packs: Sequence[LoadedPack],
    broken_accounts: AbstractSet[str],
    changed: Mapping[str, date],
    as_of: date,
) -> tuple[list[RuleOnLevel], Counter[str]]:
    """Every rule on every level of it, and how many active ads each ad group has.

    ``changed`` are the entities that learn anew because something was changed lately, and when.
    """
    judged: list[RuleOnLevel] = []
    active_ads: Counter[str] = Counter()
    levels: dict[LevelName, _Level] = {}
    for pack, ref in packs:
        for level in pack.level:
            if level not in levels:
                levels[level] = _on_level(source, level, broken_accounts, changed, as_of)
            on = levels[level]
            table = source.table(level, pack.window.days, pack.window.end_lag_days, pack.metrics)
            counted = counted_table(source, pack, level)
            found = flags(pack, table, on.active, counted)
            judged.append(RuleOnLevel(pack, ref, level, table, found, on.learning, on.broken, on.told))
            if level == "ad" and not active_ads:
                active_ads = active_per_group(table.facts, on.active)
    return judged, active_ads


@dataclass(frozen=True, slots=True)
class _Level:
    """What every rule on one level is told of its entities."""

    active: Bools
    learning: Bools
    broken: Bools
    told: pd.DataFrame | None


def _on_level(
    source: SignalSource,
    level: LevelName,
    broken_accounts: AbstractSet[str],
    changed: Mapping[str, date],
    as_of: date,
) -> _Level:
    facts = source.level(level)
    active, learning = states_of(source, level, as_of, changed)
    broken = facts.entities["account_key"].isin(broken_accounts).to_numpy(dtype=bool)
    return _Level(active, learning, broken, source.told(level))
