"""Decides what is kept of a rule once the numbers of all entities are let go: its flags, what it lacks, its counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np

from engine.messages import Message
from engine.vocabulary import PackRef, Period, Subject
from rules.actions import Step, step_of
from rules.checks import Looked
from rules.condition_form import tests_of
from rules.conditions import right_sides
from rules.entities import EPOCH
from rules.evidence_told import Numbers
from rules.explain import reason
from rules.judgement import Judged, NoData
from rules.judging import OnLevel, RuleOnLevel
from rules.missing import no_answers
from rules.pack import LevelName, RulePack
from rules.protection import Cost


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule said on one level over the days of ``window``; ``step`` is how far its action moves a value."""

    pack: RulePack
    ref: PackRef
    level: LevelName
    on: OnLevel
    window: Period
    step: Step | None
    flagged: Message
    numbers: Numbers
    flags: list[Flag]
    no_data: list[NoData]
    judged: Judged


@dataclass(frozen=True, slots=True)
class Flag:
    """One entity that a rule flagged: its row ``at`` in the level, its texts, how sure, why and at which cost.

    ``number`` is its place among the flags of its rule.
    """

    at: int
    row: dict[str, str]
    subject: Subject
    number: int
    sure: float
    reason: Message
    cost: Cost


def say(one: RuleOnLevel, currency: str | None) -> tuple[Said, Looked]:
    """What is kept of one rule on one level, and which days of which facts it looked at."""
    pack, table, found = one.pack, one.table, one.found
    at = found.flagged.nonzero()[0]
    places = at.tolist()
    numbers = Numbers(pack, table, found, places)
    told = zip(places, one.on.texts.of(places), found.sure[at].tolist(), _costs(one), strict=True)
    flags = [
        Flag(
            place,
            row,
            who,
            number,
            sure,
            reason(pack, table, found, place, who.name, currency, partial(numbers.conditions, number)),
            cost,
        )
        for number, (place, (row, who), sure, cost) in enumerate(told)
    ]
    count = Judged(pack.id, one.level, found.judged, len(places), int(found.unanswered.sum()))
    missing = no_answers(pack, table, found, one.on.texts, currency)
    window = Period(EPOCH + timedelta(days=table.first_day), EPOCH + timedelta(days=table.last_day))
    step = step_of(pack.act, pack.action.amount, pack.action.cap, pack.action.cap_days)
    flagged = Message(f"rules.trail.flagged_{pack.act}", {"rule": pack.id, "version": pack.version})
    said = Said(pack, one.ref, one.level, one.on, window, step, flagged, numbers, flags, missing, count)
    return said, Looked(pack, table.facts, table.first_day, table.last_day, table.delivery)


def _costs(one: RuleOnLevel) -> list[Cost]:
    """What the entity of every flag cost in the window, and the most its rule accepts for a conversion."""
    columns, at = one.table.columns, one.found.flagged.nonzero()[0]
    asked = [test for test in tests_of(one.pack.when) if test.metric == "cpa" and test.op in (">", ">=")]
    most = right_sides(asked[0], columns, at) if asked else np.full(len(at), np.nan)
    spend, got = (columns[name][at].tolist() for name in ("spend", "conversions"))
    return list(map(Cost, spend, got, most.tolist()))
