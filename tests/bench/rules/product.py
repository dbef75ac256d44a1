"""The product's side of the rules bench: judging, telling and keeping, and what the yardsticks are handed."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import rules.judge
from engine.snapshot import Snapshot
from rules.candidates import Candidate, Decision
from rules.condition_form import Condition, columns_of
from rules.entities import EPOCH
from rules.judgement import Targets
from rules.loading import LoadedPack
from rules.signals import SignalSource, SignalTable
from tests.bench.rules.data import AS_OF


def stored(snapshot: Snapshot, packs: Sequence[LoadedPack], database: Path) -> dict[str, Any]:
    """Seconds from facts to stored decisions, and what was stored."""
    from api.services.recommendations import keep_recommendations
    from engine.store.store import Store

    store = Store(f"sqlite:///{database}")
    store.upgrade()
    account = store.account("bench", "bench")
    begun = time.perf_counter()
    judgement = rules.judge.judge(snapshot, AS_OF, packs=packs)
    judged = time.perf_counter()
    kept = keep_recommendations(account, judgement)
    done = time.perf_counter()
    store.close()
    decided = len(judgement.recommendations)
    return {
        "seconds": done - begun,
        "judge": judged - begun,
        "candidates": decided,
        "kept": kept.new,
        "resolver": judgement.resolver,
        "id": judgement.id,
    }


def decisions(snapshot: Snapshot, packs: Sequence[LoadedPack]) -> tuple[list[Candidate], list[Decision]]:
    """What judging handed to the resolver, and what it got back."""
    met: list[Any] = []
    resolve = rules.judge.resolve

    def spy(candidates: Sequence[Candidate], *more: Any, **named: Any) -> Any:
        answer = resolve(candidates, *more, **named)
        met.extend((list(candidates), list(answer[0])))
        return answer

    rules.judge.resolve = spy  # type: ignore[assignment]
    try:
        rules.judge.judge(snapshot, AS_OF, packs=packs, resolver="durable_rules")
    finally:
        rules.judge.resolve = resolve
    return met[0], met[1]


@dataclass
class Asked:
    """One level and span of days with the conditions of every rule on it, and the product's table."""

    level: str
    span: tuple[int, int]
    table: SignalTable
    conditions: list[Condition]

    @property
    def count(self) -> int:
        """How many entities the level has."""
        return len(self.table.facts.entities)

    @property
    def wanted(self) -> list[str]:
        """Every column that a condition reads, once."""
        return list(dict.fromkeys(name for when in self.conditions for name in columns_of(when)))

    def ready(self) -> dict[str, np.ndarray]:
        """Those columns as the product makes them."""
        return {name: self.table.columns[name] for name in self.wanted}


def asked(snapshot: Snapshot, packs: Sequence[LoadedPack]) -> list[Asked]:
    """Every level and span that the rules look at; placements are left out, which the account does not break down."""
    day = (AS_OF - EPOCH).days
    source = SignalSource(snapshot.facts, day, Targets())
    found: dict[tuple[str, int, int], list[Any]] = defaultdict(list)
    for pack, _ in packs:
        for level in pack.level:
            if level != "placement":
                found[level, pack.window.days, pack.window.end_lag_days].append(pack)
    out = []
    for (level, days, lag), own in found.items():
        table = source.table(level, days, lag, tuple(name for pack in own for name in pack.metrics))
        out.append(Asked(level, (day - lag - days + 1, day - lag), table, [pack.when for pack in own]))
    return out
