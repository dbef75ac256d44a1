"""Decides what shields an entity: learning phase, cool-down, a cap, broken tracking, being the last active ad."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from rules.actions import STEPS, Step
from rules.candidates import Candidate
from rules.delivery import LEARNING_DAYS
from rules.entities import LevelFacts
from rules.entity_states import stopped_above
from rules.judgement import Applied
from rules.signals import SignalSource
from rules.windows import Bools

# What sets the platform's own bidding back to learning: a changed bid or budget, and starting again.
RESTARTS = frozenset(STEPS) | {"resume"}


def states_of(source: SignalSource, level: str, as_of: date) -> tuple[Bools, Bools]:
    """Per entity: is it active, is it learning. Told by a state export where there is one, else seen from delivery.

    States have the columns platform, level, id and status, and may have those of ``entity_states.COLUMNS``. An entity
    below a stopped campaign or ad group is not active; one changed within ``LEARNING_DAYS`` is learning, unless the
    platform itself says otherwise.
    """
    now, told = source.delivery(level, source.day - 1), source.told(level)
    active, learning = now.active.copy(), now.young.copy()
    if told is not None:
        known = told["status"].notna().to_numpy(dtype=bool)
        active[known] = (told["status"] == "active").to_numpy(dtype=bool)[known]
        changed = pd.to_datetime(told["changed_on"], errors="coerce")
        age = (pd.Timestamp(as_of) - changed).dt.days
        learning |= ((age >= 0) & (age < LEARNING_DAYS)).to_numpy(dtype=bool)
        said = told["learning"].notna().to_numpy(dtype=bool)
        learning[said] = (told["learning"] == True).to_numpy(dtype=bool)[said]  # noqa: E712 - elementwise over <NA>
    active &= ~stopped_above(source.level(level), source.given.states)
    return active, learning


def cooling(applied: Iterable[Applied], cooldown_days: Mapping[str, int], as_of: date) -> set[tuple[str, str]]:
    """(rule, entity) pairs acted on within the rule's cool-down."""
    return {
        (done.rule, done.entity)
        for done in applied
        if done.on <= as_of and (as_of - done.on).days < cooldown_days.get(done.rule, 0)
    }


def lately_changed(applied: Iterable[Applied], as_of: date) -> set[str]:
    """Entities whose bid, budget or status was changed, by whichever rule, so lately that they learn anew."""
    return {
        done.entity
        for done in applied
        if done.action in RESTARTS and done.on <= as_of and (as_of - done.on).days < LEARNING_DAYS
    }


def moved(applied: Iterable[Applied], entity: str, step: Step, as_of: date) -> float:
    """How far the value of ``step`` went the same way within its cap's days, as a share of it."""
    shares = (
        done.share
        for done in applied
        if done.entity == entity
        and done.share is not None
        and done.action in STEPS
        and STEPS[done.action].field == step.field
        and done.on <= as_of
        and (as_of - done.on).days < step.cap_days
    )
    return max(0.0, step.sign * sum(shares))


def mark_last_active(
    candidates: Sequence[Candidate], active_in_group: Mapping[str, int], surety: Sequence[float]
) -> list[Candidate]:
    """``candidates`` with the surest-to-be-sound ad of a group marked where all its active ads would be stopped."""
    stops: dict[str, dict[str, float]] = defaultdict(dict)
    for candidate, sure in zip(candidates, surety, strict=True):
        if candidate.action_class == "stop" and candidate.group and not candidate.shielded and not candidate.learning:
            worst = stops[candidate.group].get(candidate.entity, 0.0)
            stops[candidate.group][candidate.entity] = max(worst, sure)
    spared = {
        min(ads.items(), key=lambda item: (item[1], item[0]))[0]
        for group, ads in stops.items()
        if len(ads) >= active_in_group.get(group, 0)
    }
    return [replace(c, last_active=True) if c.entity in spared else c for c in candidates]


def active_per_group(facts: LevelFacts, active: Bools) -> Counter[str]:
    """How many active ads each ad group has."""
    return Counter(facts.entities.loc[active, "group_key"])
