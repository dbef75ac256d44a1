"""Decides what the numbers of an account, a campaign or an ad group are without its parts that no longer run.

Parts are its ads, or ad groups and campaigns where ads are not exported; together they must tell what it tells itself.
Whether a part runs is as told by a state export, else as seen from its delivery (``rules.protection.active_of``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from rules.cells import cells_of
from rules.columns import Columns
from rules.delivery import Delivery
from rules.entities import Bools, Floats, Ints, LevelFacts
from rules.protection import active_of
from rules.signals import SignalSource
from rules.vocabulary import signals

PARTS: dict[str, tuple[str, ...]] = {
    "ad_group": ("ad",),
    "campaign": ("ad", "ad_group"),
    "account": ("ad", "ad_group", "campaign"),
}
OWNER = {"ad_group": "group_key", "campaign": "campaign_key", "account": "account_key"}
SAME = 0.01  # parts tell their parent where both spent and showed the same to within a hundredth
AS_A_WHOLE = frozenset({"plan", "states", "delivery"})  # what is told of a parent itself, or of money already spent


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one kind: their facts, the number of the parent of each, and which of them stopped.

    Parts of a parent that another kind tells, or none does, have its number all the same, but never count as stopped.
    """

    facts: LevelFacts
    owner: Ints
    stopped: Bools


class RunningColumns(Columns):
    """Columns of what still runs; what is told of the parent as a whole, or was spent of a plan, stays as it is."""

    def __init__(self, whole: Columns, facts: LevelFacts) -> None:
        super().__init__(replace(whole.setting, facts=facts))
        self._whole = whole

    def __missing__(self, name: str) -> Floats:
        """The column ``name``, computed. Raises KeyError for a name that is no metric."""
        metric, _, side = name.partition("@")
        if side == "plan" or (not side and signals()[metric].needs in AS_A_WHOLE):
            self[name] = self._whole[name]
            return self[name]
        return super().__missing__(name)


@dataclass(slots=True, kw_only=True)
class RunningSource(SignalSource):
    """Builds the tables of an account in which only what still runs had ever run; entities are those of ``whole``."""

    whole: SignalSource
    _parts: dict[str, list[Parts]] = field(default_factory=dict)

    def level(self, name: str) -> LevelFacts:
        """The facts of one level without what stopped; the very ones of the whole where nothing did."""
        if name not in self._levels:
            self._levels[name] = _running(self.whole.level(name), self.parts(name))
        return self._levels[name]

    def parts(self, level: str) -> list[Parts]:
        """The parts of every entity of a level, kind by kind."""
        if level not in self._parts:
            self._parts[level] = list(_parts_of(self.whole, level))
        return self._parts[level]

    def told(self, level: str) -> pd.DataFrame | None:
        """As of the whole."""
        return self.whole.told(level)

    def delivery(self, level: str, last_day: int) -> Delivery:
        """As of the whole."""
        return self.whole.delivery(level, last_day)

    def _made(self, level: str, first_day: int, last_day: int) -> Columns:
        return RunningColumns(self.whole.columns(level, first_day, last_day)[0], self.level(level))


def running_source(whole: SignalSource) -> RunningSource:
    """What still runs of the account of ``whole``."""
    return RunningSource(frame=whole.frame, day=whole.day, targets=whole.targets, given=whole.given, whole=whole)


def _parts_of(source: SignalSource, level: str) -> list[Parts]:
    out: list[Parts] = []
    facts = source.level(level)
    untold = np.ones(len(facts.entities), dtype=np.bool_)
    keys = pd.Index(facts.entities["key"])
    for name in PARTS[level]:
        own = source.level(name)
        owner = keys.get_indexer(pd.Index(own.entities[OWNER[level]])).astype(np.int64)
        if not len(owner):
            continue
        told = untold & _told_by(facts, own, owner)
        untold &= ~told
        out.append(Parts(own, owner, ~active_of(source, name) & (owner >= 0) & told[owner]))
    return out


def _told_by(facts: LevelFacts, own: LevelFacts, owner: Ints) -> Bools:
    """Which parents spent and showed what their parts did."""
    count, out = len(facts.entities), np.ones(len(facts.entities), dtype=np.bool_)
    above = np.where(owner < 0, count, owner)[own.entity]
    for name in ("spend", "impressions"):
        whole, parts = (_added(one, name, of, count) for one, of in ((facts, facts.entity), (own, above)))
        out &= np.abs(parts - whole) <= SAME * np.abs(whole)
    return out


def _added(facts: LevelFacts, name: str, owner: Ints, count: int) -> Floats:
    if name not in facts.values:
        return np.zeros(count)
    return np.bincount(owner, weights=np.nan_to_num(facts.values[name]), minlength=count)[:count].astype(np.float64)


def _running(facts: LevelFacts, kinds: list[Parts]) -> LevelFacts:
    """``facts`` with the rows of the parts that still run in place of those of every parent with one that stopped."""
    for parts in kinds:
        touched = np.zeros(len(facts.entities), dtype=np.bool_)
        touched[parts.owner[parts.stopped]] = True
        if touched.any():
            facts = _replaced(facts, parts, touched)
    return facts


def _replaced(facts: LevelFacts, parts: Parts, touched: Bools) -> LevelFacts:
    own = parts.facts
    kept = np.flatnonzero(~touched[facts.entity])
    runs = (parts.owner >= 0) & touched[parts.owner] & ~parts.stopped
    rows = np.flatnonzero(runs[own.entity])
    day = np.concatenate([facts.day[kept], own.day[rows]])
    order = np.argsort(day, kind="stable")
    day = day[order]

    def _joined(one: Floats | None, other: Floats | None) -> Floats:
        taken = [
            np.full(len(at), np.nan) if values is None else values[at] for values, at in ((one, kept), (other, rows))
        ]
        out: Floats = np.concatenate(taken)[order]
        return out

    single = facts.single_days and own.single_days
    joined = replace(
        facts,
        entity=np.concatenate([facts.entity[kept], parts.owner[own.entity[rows]]])[order],
        day=day,
        end_day=day if single else np.concatenate([facts.end_day[kept], own.end_day[rows]])[order],
        indicator=np.concatenate([facts.indicator[kept], own.indicator[rows]])[order],
        values={name: _joined(values, own.values.get(name)) for name, values in facts.values.items()},
        reach=None if facts.reach is None else _joined(facts.reach, own.reach),
    )
    return cells_of(joined)
