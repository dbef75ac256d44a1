"""Decides what every rule says on its levels, each rule by itself: who is flagged, and under which shields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeVar

import pandas as pd

from engine.vocabulary import PackRef
from rules.entities import Bools
from rules.explain import Texts
from rules.flags import Flags, flags
from rules.loading import LoadedPack
from rules.looking import counted_table
from rules.pack import LevelName, RulePack
from rules.protection import active_per_group, states_of
from rules.running import running_source
from rules.running_judged import Running, judge_running
from rules.signals import SignalSource, SignalTable

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class OnLevel:
    """What every rule on one level is told of its entities; ``told`` is the state of each, where any is told."""

    active: Bools
    learning: Bools
    broken: Bools
    told: pd.DataFrame | None
    texts: Texts


@dataclass(frozen=True, slots=True)
class RuleOnLevel:
    """One rule on one level, with what it was judged on."""

    pack: RulePack
    ref: PackRef
    level: LevelName
    on: OnLevel
    table: SignalTable
    found: Flags
    running: Running | None  # of the flags that rest on parts which stopped


def judge_rules(
    source: SignalSource,
    packs: Sequence[LoadedPack],
    broken_accounts: AbstractSet[str],
    changed: Mapping[str, date],
    as_of: date,
    tell: Callable[[RuleOnLevel], Told],
) -> tuple[list[Told], Counter[str]]:
    """What ``tell`` makes of every rule on every level of it, in their order; and the active ads of each ad group.

    Rules are judged window by window, and the tables of a window are gone after its last rule: what ``tell`` keeps
    should not hold on to them. ``changed`` are the entities that learn anew because something was changed lately, and
    when.
    """
    asked = [(level, pack.window.days, pack.window.end_lag_days) for pack, _ in packs for level in pack.level]
    rules = [(loaded, level) for loaded in packs for level in loaded[0].level]
    out: dict[int, Told] = {}
    active_ads: Counter[str] = Counter()
    levels: dict[LevelName, OnLevel] = {}
    still = running_source(source)
    for _, places in groupby(sorted(range(len(rules)), key=lambda place: asked[place]), key=lambda place: asked[place]):
        for place in places:
            (pack, ref), level = rules[place]
            table = source.table(*asked[place], pack.metrics)
            if level not in levels:
                levels[level] = _on_level(source, level, broken_accounts, changed, as_of)
                if level == "ad":
                    active_ads = active_per_group(table.facts, levels[level].active)
            on = levels[level]
            found = flags(pack, table, on.active, counted_table(source, pack, level))
            running = judge_running(still, pack, level, on.active, table, found)
            out[place] = tell(RuleOnLevel(pack, ref, level, on, table, found, running))
        source.forget_tables()
        still.forget_tables()
    return [out[place] for place in range(len(rules))], active_ads


def _on_level(
    source: SignalSource,
    level: LevelName,
    broken_accounts: AbstractSet[str],
    changed: Mapping[str, date],
    as_of: date,
) -> OnLevel:
    entities = source.level(level).entities
    active, learning = states_of(source, level, as_of, changed)
    broken = entities["account_key"].isin(broken_accounts).to_numpy(dtype=bool)
    return OnLevel(active, learning, broken, source.told(level), Texts(level, entities))
