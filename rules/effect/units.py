"""Decides what an effect is measured by and on which entities: where the action shows, and chance could leave it out.

A paused ad has no click rate of its own: its ad group shows what pausing it brought, as a campaign does for an ad group
or a placement. A unit counts once, in the arm of the first proposal that was approved in it: what is drawn later falls
on both arms alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from rules.effect.cases import Case
from rules.effect.found import OUTCOMES, Outcome
from rules.entities import EPOCH, LevelFacts, Lines, level_facts
from rules.lines import lines_of
from rules.pack import LevelName

ABOVE: dict[str, LevelName] = {
    "ad": "ad_group", "ad_group": "campaign", "placement": "campaign", "campaign": "account",
}  # fmt: skip
KEY_OF = {"ad_group": "group_key", "campaign": "campaign_key", "account": "account_key"}
RANK: dict[str, int] = {"account": 0, "campaign": 1, "ad_group": 2, "placement": 2, "ad": 3}
# Actions after which the entity itself delivers no more, starts to, or is another one.
SEEN_ABOVE = frozenset({"pause", "resume", "exclude", "refresh"})
BY_METRIC = (
    ("roas", "roas"), ("cvr", "cvr"), ("cpc", "cpc"), ("cpm", "cpm"), ("ctr", "ctr"), ("frequency", "ctr"),
    ("creative_", "ctr"), ("clicks", "ctr"), ("cpa", "cpa"), ("conversions", "cpa"), ("expected_conversions", "cpa"),
)  # fmt: skip


def outcome_of(metrics: Sequence[str]) -> Outcome:
    """What a rule is meant to better: the first metric it reads that is an outcome, else the cost per conversion."""
    for metric in metrics:
        for start, name in BY_METRIC:
            if metric.startswith(start):
                return OUTCOMES[name]
    return OUTCOMES["cpa"]


def unit_level(action: str, level: LevelName) -> LevelName:
    """The level on which an action shows."""
    return ABOVE.get(level, level) if action in SEEN_ABOVE else level


@dataclass(slots=True)
class Ground:
    """What effects are read from: facts (in the form of ``Snapshot.facts``) up to ``last_day`` (since 1970-01-01)."""

    facts: pd.DataFrame
    last_day: int
    _levels: dict[str, LevelFacts] = field(default_factory=dict)
    _lines: Lines | None = None

    def level(self, name: str) -> LevelFacts:
        """The facts of one level."""
        if self._lines is None:
            self._lines = lines_of(self.facts)
        if name not in self._levels:
            self._levels[name] = level_facts(self._lines, name, self.last_day)
        return self._levels[name]

    @property
    def last_fact(self) -> int:
        """The last day that a fact tells of (since 1970-01-01)."""
        latest: date = self.facts["period_end"].max().date()
        return min(self.last_day, (latest - EPOCH).days)

    def unit_keys(self, level: LevelName, of: LevelName) -> dict[str, str]:
        """Key of the unit on level ``of`` that every entity of ``level`` lies in, or is."""
        entities = self.level(level).entities
        if level == of:
            return {key: key for key in entities["key"]}
        return dict(zip(entities["key"], entities[KEY_OF[of]], strict=True))


def first_cases(ground: Ground, cases: Iterable[Case], of: LevelName) -> dict[str, Case]:
    """The first approved case of every unit that has facts; ``cases`` come in that order."""
    out: dict[str, Case] = {}
    known: dict[LevelName, dict[str, str]] = {}
    for case in cases:
        if case.level not in known:
            known[case.level] = ground.unit_keys(case.level, of)
        unit = known[case.level].get(case.entity)
        if unit is not None:
            out.setdefault(unit, case)
    return out


def touched(ground: Ground, cases: Iterable[Case], of: LevelName) -> frozenset[str]:
    """The units in, of or above which something was flagged and approved, by whichever rule."""
    entities = ground.level(of).entities
    by_level: dict[LevelName, set[str]] = {}
    for case in cases:
        by_level.setdefault(case.level, set()).add(case.entity)
    out: set[str] = set()
    for level, keys in by_level.items():
        if level in KEY_OF and RANK[level] < RANK[of]:
            out |= set(entities.loc[entities[KEY_OF[level]].isin(keys), "key"])
        elif level == of or of in KEY_OF:
            inside = ground.unit_keys(level, of)
            out |= {inside[key] for key in keys if key in inside}
    return frozenset(out)
