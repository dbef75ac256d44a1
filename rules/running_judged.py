"""Decides whether a flag of a parent is borne out by what still runs of it.

What a rule would cut, stop, shift or raise is what runs today. So it is asked once more, of an account in which only
what still runs had ever run; where it does not flag the parent there, the parts that stopped explain the flag. Where
it cannot say (a number is missing), the flag stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rules.actions import CLASS_OF
from rules.condition_form import columns_of
from rules.entities import Bools, Floats, Ints
from rules.evidence_told import SUMS, Numbers
from rules.flags import Flags, flags
from rules.looking import counted_table
from rules.pack import LevelName, RulePack
from rules.plain import plain, plain_all
from rules.running import PARTS, Parts, RunningSource
from rules.signals import SignalTable
from rules.vocabulary import signals
from rules.windows import span

UNMOVED = frozenset({"alert", "start"})  # what happened happened; what is to start again runs nowhere yet
OWN = frozenset({"sums", "trend", "usual", "wear", "reach", "lag"})  # signals made from an entity's own rows
OTHERS = frozenset({"parent", "rest", "peers", "target", "plan"})  # sides that are not
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class StoppedPart:
    """A part that no longer runs: its key, its name, and what it spent in the window."""

    entity: str
    name: str
    spend: float


@dataclass(frozen=True, slots=True)
class Running:
    """What a rule says of those of its flags that rest on parts which stopped, judged on what still runs alone.

    ``place`` is where each stands here, by its number among the flags of the rule; ``met`` whether the conditions
    hold, ``sure`` what the method says (missing where the rule weighs nothing), ``borne_out`` whether the flag stands,
    ``certain`` whether it is sure enough there to be acted on without a person.
    """

    place: dict[int, int]
    borne_out: list[bool]
    certain: list[bool]
    met: list[bool]
    sure: Sequence[float | None]
    spend: list[float]
    conversions: list[float]
    all_spend: list[float]
    numbers: Numbers
    stopped: list[tuple[int, tuple[StoppedPart, ...]]]

    def explained(self, number: int) -> bool:
        """Whether what stopped explains the flag of this number."""
        at = self.place.get(number)
        return at is not None and not self.borne_out[at]

    def tell(self, number: int, evidence: dict[str, Any]) -> dict[str, Any]:
        """The evidence of a flag with what still runs and what does not; as it is where all of it runs."""
        told = self.told(number)
        if told is None:
            return evidence
        also = {"certain": evidence["certain"] and self.certain[self.place[number]]} if "certain" in evidence else {}
        return evidence | also | {"running": told}

    def told(self, number: int) -> dict[str, Any] | None:
        """What still runs of a flag and what does not, JSON-ready; None where all of it runs."""
        at = self.place.get(number)
        if at is None:
            return None
        count, named = self.stopped[at]
        left = float(plain(self.spend[at]) or 0)
        return {
            "flagged": self.borne_out[at],
            "met": self.met[at],
            "probability": self.sure[at],
            "spend": left,
            "stopped_spend": max(0.0, float(plain(self.all_spend[at]) or 0) - left),
            "stopped_count": count,
            "stopped": [{"entity": one.entity, "name": one.name, "spend": one.spend} for one in named],
            "conditions": self.numbers.conditions(at),
        }


def judge_running(
    source: RunningSource, pack: RulePack, level: LevelName, active: Bools, table: SignalTable, found: Flags
) -> Running | None:
    """What the rule says of its flags without the parts that stopped; None where none of them rests on any.

    ``table`` and ``found`` are those of the whole.
    """
    at = found.flagged.nonzero()[0]
    if not len(at) or level not in PARTS or CLASS_OF[pack.act] in UNMOVED:
        return None
    if source.level(level) is table.facts:
        return None
    live = source.table(level, pack.window.days, pack.window.end_lag_days, pack.metrics)
    counted = counted_table(source, pack, level)
    rests = _differs(table, live, at, [*SUMS, *_own_columns(pack)]) | _differs(found.counted, counted, at, SUMS)
    number = rests.nonzero()[0]
    if not len(number):
        return None
    at = at[number]
    said = flags(pack, live, active, counted)
    unsure = said.unknown | (said.unproven & np.isnan(said.sure))
    return Running(
        place={one: place for place, one in enumerate(number.tolist())},
        borne_out=(said.flagged | unsure)[at].tolist(),
        certain=said.certain[at].tolist(),
        met=(said.flagged | said.thin | said.unproven)[at].tolist(),
        sure=[None] * len(at) if pack.evidence.method == "none" else plain_all(said.sure[at]),
        spend=live.columns["spend"][at].tolist(),
        conversions=live.columns["conversions"][at].tolist(),
        all_spend=table.columns["spend"][at].tolist(),
        numbers=Numbers(pack, live, said, at),
        stopped=_stopped(source.parts(level), live, at),
    )


def _own_columns(pack: RulePack) -> list[str]:
    """The columns the rule reads that an entity's own rows decide."""
    parted = [(name, *name.partition("@")[::2]) for name in columns_of(pack.when)]
    return [name for name, metric, side in parted if side not in OTHERS and signals()[metric].needs in OWN]


def _differs(whole: SignalTable, live: SignalTable, at: Ints, names: list[str] | tuple[str, ...]) -> Bools:
    """For which of the entities ``at`` a column has another number without what stopped."""
    out = np.zeros(len(at), dtype=np.bool_)
    for name in names:
        one, other = whole.columns[name][at], live.columns[name][at]
        out |= ~np.isclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True)
    return out


def _stopped(kinds: list[Parts], live: SignalTable, at: Ints) -> list[tuple[int, tuple[StoppedPart, ...]]]:
    """Of each of the entities ``at`` how many parts with rows in the window stopped, and which cost the most."""
    count, named = np.zeros(len(live.facts.entities), dtype=np.int64), dict[int, list[StoppedPart]]()
    wanted = np.zeros(len(count), dtype=np.bool_)
    wanted[at] = True
    for parts in kinds:
        spend, met = _spent(parts, live)
        some = np.flatnonzero(parts.stopped & met)
        some = some[wanted[parts.owner[some]]]
        np.add.at(count, parts.owner[some], 1)
        some = some[np.lexsort((some, -spend[some], parts.owner[some]))]
        of = parts.owner[some]
        first = np.arange(len(some)) - np.searchsorted(of, of) < MOST_NAMED
        shown = parts.facts.entities.iloc[some[first]]
        name = shown[f"{parts.facts.level}_name"]
        for owner, key, told, cost in zip(
            of[first].tolist(), shown["key"].tolist(), name.tolist(), spend[some[first]].tolist(), strict=True
        ):
            named.setdefault(owner, []).append(StoppedPart(key, told, cost))
    return [(int(count[one]), tuple(named.get(one, ()))) for one in at.tolist()]


def _spent(parts: Parts, live: SignalTable) -> tuple[Floats, Bools]:
    """What every part spent in the window, and whether it has a row there; once for all rules of level and window."""
    key = ("stopped", parts.facts.level)
    if key not in live.kept:
        rows, size = span(parts.facts, live.first_day, live.last_day), len(parts.stopped)
        owner = parts.facts.entity[rows]
        known = parts.facts.values.get("spend")
        cost = np.zeros(len(owner)) if known is None else np.nan_to_num(known[rows])
        met = np.bincount(owner, minlength=size) > 0
        live.kept[key] = np.bincount(owner, weights=cost, minlength=size).astype(np.float64), met
    out: tuple[Floats, Bools] = live.kept[key]
    return out
