"""Decides every number the rules know about a level: one pass over its facts per window, one row per entity."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from rules.cells import cells_of
from rules.columns import Columns, Setting
from rules.conditions import Conditions
from rules.delivery import Delivery, delivery
from rules.entities import Floats, LevelFacts, Lines, level_facts
from rules.entity_states import aligned
from rules.expected import Expected, blanks_are_zero
from rules.given import Given
from rules.judgement import Targets
from rules.lines import lines_of
from rules.peers import PeerRates
from rules.told_signals import account_states
from rules.vocabulary import signals

HELD: frozenset[str] = frozenset({"expected", "peers"})  # what a table holds beside its columns, when a rule needs it


@dataclass(frozen=True, slots=True)
class SignalTable:
    """One level over one window: ``columns`` holds a float64 per entity and metric, NaN where it is missing.

    ``kept`` remembers what was computed from the table, so that rules which ask the same compute it once; ``told`` is
    what was told of every entity, where anything was.
    """

    facts: LevelFacts
    first_day: int
    last_day: int
    columns: dict[str, Floats]
    delivery: Delivery
    expected: Expected | None
    peers: PeerRates | None
    conditions: Conditions
    kept: dict[Hashable, Any] = field(default_factory=dict)
    told: pd.DataFrame | None = None


@dataclass(slots=True)
class SignalSource:
    """Builds the tables of one snapshot; levels and windows that several rules share are computed once."""

    frame: pd.DataFrame
    day: int
    targets: Targets
    given: Given = field(default_factory=Given)
    _lines: Lines | None = None
    _levels: dict[str, LevelFacts] = field(default_factory=dict)
    _deliveries: dict[tuple[str, int], Delivery] = field(default_factory=dict)
    _told: dict[str, pd.DataFrame | None] = field(default_factory=dict)
    _columns: dict[tuple[str, int, int], tuple[Columns, Conditions]] = field(default_factory=dict)
    _tables: dict[tuple[str, int, int, frozenset[str]], SignalTable] = field(default_factory=dict)

    def level(self, name: str) -> LevelFacts:
        """The facts of one level up to the day of judging, blanks of result columns settled."""
        if name not in self._levels:
            if self._lines is None:
                self._lines = lines_of(self.frame)
            facts = level_facts(self._lines, name, self.day)
            conversions = facts.values.get("conversions")
            if conversions is not None:
                account = facts.entities["account"].to_numpy(dtype=np.int64)[facts.entity]
                facts.values["conversions"] = np.where(blanks_are_zero(conversions, account), 0.0, conversions)
            self._levels[name] = cells_of(facts)
        return self._levels[name]

    def told(self, level: str) -> pd.DataFrame | None:
        """The told state of every entity of one level, where any is told."""
        if level not in self._told:
            self._told[level] = aligned(self.level(level), self.given.states)
        return self._told[level]

    def delivery(self, level: str, last_day: int) -> Delivery:
        """Delivery of one level as of ``last_day``."""
        if (level, last_day) not in self._deliveries:
            self._deliveries[level, last_day] = delivery(self.level(level), last_day)
        return self._deliveries[level, last_day]

    def table(self, level: str, days: int, end_lag_days: int, metrics: tuple[str, ...]) -> SignalTable:
        """The signals over the window of a rule; columns are made when read, once for all rules of level and window."""
        needs = frozenset(signals()[name].needs for name in metrics) & HELD
        key = (level, days, end_lag_days, needs)
        if key not in self._tables:
            self._tables[key] = self._build(level, self.day - end_lag_days, days, needs)
        return self._tables[key]

    def columns(self, level: str, first_day: int, last_day: int) -> tuple[Columns, Conditions]:
        """The columns of one level over some days, and the answers to conditions on them."""
        at = (level, first_day, last_day)
        if at not in self._columns:
            columns = self._made(level, first_day, last_day)
            self._columns[at] = columns, Conditions(columns, len(self.level(level).entities))
        return self._columns[at]

    def _made(self, level: str, first_day: int, last_day: int) -> Columns:
        facts, delivered = self.level(level), self.delivery(level, last_day)
        told = account_states(facts, self.given.states) if level == "account" else self.told(level)
        return Columns(Setting(facts, first_day, last_day, self.day, self.targets, self.given, delivered, told))

    def forget_tables(self) -> None:
        """Lets go of every table and column made so far: of many windows each needs room for every entity."""
        self._tables.clear()
        self._columns.clear()

    def _build(self, level: str, last_day: int, days: int, needs: frozenset[str]) -> SignalTable:
        facts, first_day = self.level(level), last_day - days + 1
        columns, conditions = self.columns(level, first_day, last_day)
        return SignalTable(
            facts,
            first_day,
            last_day,
            columns,
            self.delivery(level, last_day),
            columns.expected if "expected" in needs else None,
            columns.peers if "peers" in needs else None,
            conditions,
            told=columns.setting.told,
        )
