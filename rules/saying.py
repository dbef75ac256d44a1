"""Decides what is kept of a rule once the numbers of all entities are let go: its flags, what it lacks, its counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from engine.messages import Message
from engine.vocabulary import PackRef, Period
from rules.actions import Step, step_of
from rules.checks import Looked
from rules.condition_form import tests_of
from rules.conditions import right_sides
from rules.entities import EPOCH, Ints
from rules.entity_states import creative_at
from rules.evidence_told import Numbers
from rules.explain import Keys
from rules.judgement import Judged, NoData
from rules.judging import OnLevel, RuleOnLevel
from rules.missing import no_answers
from rules.pack import LevelName, RulePack
from rules.protection import Cost
from rules.reasons import Reasons
from rules.running_judged import Running


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule said on one level over the days of ``window``; ``step`` is how far its action moves a value.

    Its flags are counted from 0: ``at`` is the row of each in the level, then its keys, how sure it is, its cost, and
    which creative a refresh would replace. ``running`` is what is said of those that rest on parts which stopped.
    """

    pack: RulePack
    ref: PackRef
    level: LevelName
    on: OnLevel
    window: Period
    step: Step | None
    flagged: Message
    at: Ints
    keys: list[Keys]
    sure: list[float]
    costs: list[Cost]
    creatives: list[str]
    no_data: list[NoData]
    judged: Judged
    running: Running | None


class Telling(NamedTuple):
    """What is told of the flags of a rule, not yet put together; it takes much room, and is used once."""

    numbers: Numbers
    reasons: Reasons


def say(one: RuleOnLevel, currency: str | None) -> tuple[Said, Telling, Looked]:
    """What is kept of one rule on one level, what is told of its flags, and which days of which facts it looked at."""
    pack, table, found = one.pack, one.table, one.found
    at = found.flagged.nonzero()[0]
    numbers = Numbers(pack, table, found, at)
    said = Said(
        pack=pack,
        ref=one.ref,
        level=one.level,
        on=one.on,
        window=Period(EPOCH + timedelta(days=table.first_day), EPOCH + timedelta(days=table.last_day)),
        step=step_of(pack.act, pack.action.amount, pack.action.cap, pack.action.cap_days),
        flagged=Message(f"rules.trail.flagged_{pack.act}", {"rule": pack.id, "version": pack.version}),
        at=at,
        keys=one.on.texts.keys_of(at),
        sure=found.sure[at].tolist(),
        costs=_costs(one),
        creatives=_creatives(one, at),
        no_data=no_answers(pack, table, found, one.on.texts, currency),
        judged=Judged(pack.id, one.level, found.judged, len(at), int(found.unanswered.sum())),
        running=one.running,
    )
    telling = Telling(numbers, Reasons(pack, table, found, at, currency))
    return said, telling, Looked(pack, table.facts, table.first_day, table.last_day, table.delivery)


def _creatives(one: RuleOnLevel, at: Ints) -> list[str]:
    if one.pack.act != "refresh":
        return [""] * len(at)
    own = zip(at.tolist(), *(one.on.texts.column(name, at) for name in ("account_key", "ad_name")), strict=True)
    return [creative_at(one.on.told, place, account, name) for place, account, name in own]


def _costs(one: RuleOnLevel) -> list[Cost]:
    """What the entity of every flag cost in the window, and the most its rule accepts for a conversion.

    Of one that rests on parts which stopped, what those cost that still run.
    """
    columns, at = one.table.columns, one.found.flagged.nonzero()[0]
    asked = [test for test in tests_of(one.pack.when) if test.metric == "cpa" and test.op in (">", ">=")]
    most = right_sides(asked[0], columns, at) if asked else np.full(len(at), np.nan)
    spend, got = (columns[name][at].tolist() for name in ("spend", "conversions"))
    if one.running is not None:
        for number, place in one.running.place.items():
            spend[number], got[number] = one.running.spend[place], one.running.conversions[place]
    return list(map(Cost, spend, got, most.tolist()))
