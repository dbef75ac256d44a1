"""Decides what a rule that is not in force would say of an account today, and whom it only just leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from engine.snapshot import Snapshot
from engine.vocabulary import Subject
from rules.condition_form import All, Condition
from rules.entities import Ints
from rules.evidence_told import Numbers
from rules.flags import in_scope
from rules.given import Given
from rules.judge import judge
from rules.judgement import Applied, Judgement, Targets
from rules.judging import RuleOnLevel
from rules.loading import LoadedPack, awake

MOST_NEAR = 20


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An entity that all conditions but one hold for: every comparison with its value, and what it spent."""

    entity: str
    subject: Subject
    spend: float
    conditions: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would say, and whom it only just leaves out, the most spend first."""

    judgement: Judgement
    near: tuple[NearMiss, ...]
    near_count: int


def preview(
    snapshot: Snapshot,
    as_of: date,
    loaded: LoadedPack,
    *,
    targets: Targets,
    given: Given,
    applied: Iterable[Applied] = (),
) -> Preview:
    """The judgement of one rule alone as of the morning of ``as_of``, as if it were not off."""
    found: list[tuple[list[NearMiss], int]] = []

    def _look(one: RuleOnLevel) -> None:
        found.append(_missed(one))

    said = judge(snapshot, as_of, packs=[awake(loaded)], targets=targets, given=given, applied=applied, look=_look)
    near = sorted((one for some, _ in found for one in some), key=lambda one: (-one.spend, one.entity))
    return Preview(said, tuple(near[:MOST_NEAR]), sum(count for _, count in found))


def _missed(one: RuleOnLevel) -> tuple[list[NearMiss], int]:
    """The near misses with the most spend of one rule on one level, and how many there are."""
    at = _near(one)
    return _told(one, at[:MOST_NEAR]), len(at)


def _near(one: RuleOnLevel) -> Ints:
    """The entities that exactly one part of the conditions is known not to hold for, the most spend first."""
    when, table = one.pack.when, one.table
    parts: tuple[Condition, ...] = when.all if isinstance(when, All) else ()
    if len(parts) < 2:
        return np.empty(0, dtype=np.int64)
    failed = np.zeros(len(table.facts.entities), dtype=np.int64)
    looked_at = in_scope(one.pack, table.facts.entities)
    if one.pack.scope.status == "active":
        looked_at &= one.on.active
    for part in parts:
        met, unknown = table.conditions.masks(part)
        failed += ~met
        looked_at &= ~unknown
    spend = np.nan_to_num(table.columns["spend"])
    at = np.flatnonzero((failed == 1) & looked_at & (spend > 0))
    ordered: Ints = at[np.argsort(-spend[at], kind="stable")]
    return ordered


def _told(one: RuleOnLevel, at: Ints) -> list[NearMiss]:
    numbers = Numbers(one.pack, one.table, one.found, at)
    about = zip(one.on.texts.column("key", at), one.on.texts.subjects_of(at), strict=True)
    return [
        NearMiss(key, who, numbers.spend[number], tuple(numbers.conditions(number)))
        for number, (key, who) in enumerate(about)
    ]
