"""Decides how the effect of a rule's approved proposals is read from facts: against the holdout where there is one.

Where chance withheld too few, the units acted on are compared with others of their kind, and with their own days
before; both are told, each with how far to trust it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from rules.effect.arms import Arm
from rules.effect.cases import AFTER_DAYS, Case, starts
from rules.effect.did import did_of
from rules.effect.eventtime import days_around, panels_around
from rules.effect.found import Effect, Outcome
from rules.effect.its import its_of
from rules.effect.lift import lift_of
from rules.effect.money import Saved, saved_by
from rules.effect.units import Ground, first_cases, touched, unit_level
from rules.entities import EPOCH, Floats, LevelFacts
from rules.pack import LevelName
from rules.windows import parts_of, sums_of


def effects_of(ground: Ground, cases: Sequence[Case], others: Sequence[Case], outcome: Outcome) -> tuple[Effect, ...]:
    """Everything measured of one rule's ``cases`` (ordered as ``cases.counted`` gives them), the lift first.

    ``others`` are the approved cases of every rule: what they touched is nobody's untreated peer.
    """
    if not cases:
        return ()
    level, chosen = _on_one_level(cases, lambda case: unit_level(case.action, case.level))
    units, begins = first_cases(ground, chosen, level), starts(cases)
    facts = ground.level(level)
    lift = _lift(facts, units, begins, outcome)
    if lift.enough:
        return (lift,)
    acted = {unit: case for unit, case in units.items() if case.carried_out}
    treated, untreated, stretch = panels_around(facts, acted, begins, touched(ground, others, level), outcome)
    told = [lift, did_of(treated, untreated, stretch, outcome)]
    series = days_around(facts, acted, begins, outcome)
    if series is not None:
        told.append(its_of(*series[:2], outcome, series[2]))
    return tuple(told)


def _on_one_level(cases: Sequence[Case], level_of: Callable[[Case], LevelName]) -> tuple[LevelName, list[Case]]:
    """The level that most cases are of, and those cases; there is at least one case."""
    by_level: dict[LevelName, list[Case]] = {}
    for case in cases:
        by_level.setdefault(level_of(case), []).append(case)
    return max(by_level.items(), key=lambda item: (len(item[1]), item[0]))


def _lift(facts: LevelFacts, units: Mapping[str, Case], begins: Mapping[str, date], outcome: Outcome) -> Effect:
    parts = parts_of(outcome.name)
    treated, withheld = (
        _arm(facts, {unit: case for unit, case in units.items() if case.withheld is held}, begins, parts)
        for held in (False, True)
    )
    to_act = [case for case in units.values() if not case.withheld]
    share = sum(case.carried_out for case in to_act) / len(to_act) if to_act else 0.0
    return replace(lift_of(treated, withheld, outcome), measured={"carried_out": share})


def _arm(facts: LevelFacts, units: Mapping[str, Case], begins: Mapping[str, date], parts: tuple[str, ...]) -> Arm:
    """Four weeks after and four before the approval; a unit whose numbers after are not known is left out."""
    names = [key for key in facts.entities["key"] if key in units]
    at = facts.entities["key"].isin(units).to_numpy(dtype=bool)
    after, before = (
        [column[at] for column in _sums(facts, units, first, parts)]
        for first in (lambda case: begins[case.id], lambda case: case.approved_on - timedelta(days=AFTER_DAYS))
    )
    # Nothing known of either part is an entity that rested; one part alone unknown says that it was not counted.
    known = np.isnan(after[0]) == np.isnan(after[1])
    kept = [name for name, told in zip(names, known, strict=True) if told]
    return Arm(kept, *(np.fmax(np.nan_to_num(column[known]), 0.0) for column in (*after, *before)))


def _sums(
    facts: LevelFacts, units: Mapping[str, Case], first: Callable[[Case], date], parts: tuple[str, ...]
) -> list[Floats]:
    """Sums of ``parts`` over four weeks from a day of each unit's own, per entity of ``facts``."""
    start = np.full(len(facts.entities), np.iinfo(np.int64).max // 2)
    for at, key in enumerate(facts.entities["key"]):
        if key in units:
            start[at] = (first(units[key]) - EPOCH).days
    begin = start[facts.entity]
    found = sums_of(facts, (facts.day >= begin) & (facts.end_day < begin + AFTER_DAYS), parts)
    return [found[part] for part in parts]


def money_of(ground: Ground, cases: Sequence[Case]) -> Saved | None:
    """Spend of what was acted on, and how much less it spent than the withheld tell; None where nothing is known."""
    if not cases:
        return None
    level, chosen = _on_one_level(cases, lambda case: case.level)
    units, begins = first_cases(ground, chosen, level), starts(cases)
    arms = []
    for wanted in ({u: c for u, c in units.items() if c.carried_out}, {u: c for u, c in units.items() if c.withheld}):
        sums = _arm(ground.level(level), wanted, begins, ("spend", "spend"))
        arms.append(Arm(sums.entities, sums.numerator, sums.numerator_before))
    return saved_by(*arms)
