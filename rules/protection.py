"""Decides what shields an entity: learning phase, cool-down, a cap, broken tracking, being the last active ad."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from rules.actions import STEPS, Step
from rules.candidates import Candidate
from rules.delivery import LEARNING_DAYS
from rules.entities import EPOCH, Bools, Ints, LevelFacts
from rules.entity_states import stopped_above
from rules.judgement import Applied
from rules.signals import SignalSource
from rules.windows import daily

# What sets the platform's own bidding back to learning: a changed bid or budget, and starting again.
RESTARTS = frozenset(STEPS) | {"resume"}
# Conversions with which a platform's bidding has learned before its days are over: about 50 an ad set at Meta, about
# 25 an ad group at TikTok. Others publish no number, so there the days count alone.
LEARNED_FROM: Mapping[str, float] = {"meta": 50.0, "tiktok": 25.0}
EXPLAINS = 0.5  # share of what a group paid too much that its stopped ads must have cost, for its cut to wait
_LONG_AGO = -(10**6)
_COUNTED_DAYS = 60


class Cost(NamedTuple):
    """What the entity of a candidate cost in its rule's window, and the most its rule accepts for a conversion."""

    spend: float
    conversions: float
    most: float = float("nan")

    def too_much(self, most: float) -> float:
        """Spend above ``most`` a conversion."""
        return self.spend - self.conversions * most


def states_of(
    source: SignalSource, level: str, as_of: date, changed: Mapping[str, date] | None = None
) -> tuple[Bools, Bools]:
    """Per entity: is it active, is it learning. Told by a state export where there is one, else seen from delivery.

    States have the columns platform, level, id and status, and may have those of ``entity_states.COLUMNS``. An entity
    below a stopped campaign or ad group is not active. One that began, or was changed (``changed``: by key, what was
    applied), within ``LEARNING_DAYS`` is learning, until it had the conversions its platform learns from; what the
    platform itself says of it goes before that.
    """
    now, told, facts = source.delivery(level, source.day - 1), source.told(level), source.level(level)
    learning = now.young.copy()
    since = np.where(learning, now.first_delivery, _LONG_AGO).astype(np.int64)
    if changed:
        days = {key: (on - EPOCH).days for key, on in changed.items()}
        since = np.fmax(since, [days.get(key, _LONG_AGO) for key in facts.entities["key"]])
    if told is not None:
        moved_on = pd.to_datetime(told["changed_on"], errors="coerce")
        age = (pd.Timestamp(as_of) - moved_on).dt.days.fillna(-1).to_numpy(dtype=np.int64)
        since = np.fmax(since, np.where(age >= 0, source.day - age, _LONG_AGO))
    learning |= source.day - since < LEARNING_DAYS
    learning &= ~_learned(facts, since, learning, source.day)
    if told is not None:
        said = told["learning"].notna().to_numpy(dtype=bool)
        learning[said] = (told["learning"] == True).to_numpy(dtype=bool)[said]  # noqa: E712 - elementwise over <NA>
    return active_of(source, level), learning


def active_of(source: SignalSource, level: str) -> Bools:
    """Per entity: is it active, and nothing above it stopped. As ``states_of`` tells it."""
    told, active = source.told(level), source.delivery(level, source.day - 1).active.copy()
    if told is not None:
        known = told["status"].notna().to_numpy(dtype=bool)
        active[known] = (told["status"] == "active").to_numpy(dtype=bool)[known]
    return active & ~stopped_above(source.level(level), source.given.states)


def _learned(facts: LevelFacts, since: Ints, learning: Bools, day: int) -> Bools:
    """Which of those learning had the conversions their platform learns from since they began or were changed.

    Their own are counted, an ad's too, although it learns from its whole ad group: that errs on the side of waiting.
    """
    enough = facts.entities["platform"].map(dict(LEARNED_FROM)).fillna(np.inf).to_numpy(dtype=np.float64)
    asked = np.flatnonzero(learning & np.isfinite(enough) & (since < day))
    out = np.zeros(len(learning), dtype=bool)
    if len(asked):
        place = np.full(len(learning), len(asked))
        place[asked] = np.arange(len(asked))
        first = max(int(since[asked].min()), day - _COUNTED_DAYS)
        by_day = np.nan_to_num(daily(facts, first, day - 1, "conversions", place))
        after = np.cumsum(by_day[:, ::-1], axis=1)[:, ::-1]  # what came on a day and all that followed
        out[asked] = after[place[asked], np.fmax(since[asked] - first, 0)] >= enough[asked]
    return out


def cooling(applied: Iterable[Applied], cooldown_days: Mapping[str, int], as_of: date) -> set[tuple[str, str]]:
    """(rule, entity) pairs acted on within the rule's cool-down."""
    return {
        (done.rule, done.entity)
        for done in applied
        if done.on <= as_of and (as_of - done.on).days < cooldown_days.get(done.rule, 0)
    }


def lately_changed(applied: Iterable[Applied], as_of: date) -> dict[str, date]:
    """Entities whose bid, budget or status was changed, by whichever rule, so lately that they learn anew, and when."""
    out: dict[str, date] = {}
    for done in applied:
        if done.action in RESTARTS and done.on <= as_of and (as_of - done.on).days < LEARNING_DAYS:
            out[done.entity] = max(done.on, out.get(done.entity, done.on))
    return out


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
    candidates: Sequence[Candidate], active_in_group: Mapping[str, int], surety: Sequence[float], active: Sequence[bool]
) -> list[Candidate]:
    """``candidates`` with the surest-to-be-sound ad of a group marked where all its active ads would be stopped.

    ``surety`` is how sure each is to be bad, ``active`` whether its entity still runs: one that does not is no loss.
    """
    stops: dict[str, dict[str, float]] = defaultdict(dict)
    for candidate, sure, runs in zip(candidates, surety, active, strict=True):
        stopped = candidate.action_class == "stop" and candidate.group and runs
        if stopped and not candidate.shielded and not candidate.learning:
            worst = stops[candidate.group].get(candidate.entity, 0.0)
            stops[candidate.group][candidate.entity] = max(worst, sure)
    spared = {
        min(ads.items(), key=lambda item: (item[1], item[0]))[0]
        for group, ads in stops.items()
        if len(ads) >= active_in_group.get(group, 0)
    }
    return [c._replace(last_active=True) if c.entity in spared else c for c in candidates]


def mark_eased(candidates: Sequence[Candidate], costs: Sequence[Cost]) -> list[Candidate]:
    """``candidates`` with the cut of an ad group marked where the stops proposed in it explain most of it.

    That is where the ads to be stopped cost ``EXPLAINS`` of what the group paid above the most its rule accepts.
    """
    stops: dict[str, dict[str, Cost]] = defaultdict(dict)
    for candidate, cost in zip(candidates, costs, strict=True):
        if candidate.action_class == "stop" and not candidate.shielded and not candidate.softened:
            stops[candidate.group][candidate.entity] = cost
    out = []
    for candidate, cost in zip(candidates, costs, strict=True):
        over = cost.too_much(cost.most)
        below = stops.get(candidate.entity, {}) if candidate.level == "ad_group" else {}
        explained = sum(max(0.0, one.too_much(cost.most)) for one in below.values())
        eased = candidate.action_class == "cut" and over > 0 and explained >= EXPLAINS * over
        out.append(candidate._replace(eased=True) if eased else candidate)
    return out


def active_per_group(facts: LevelFacts, active: Bools) -> Counter[str]:
    """How many active ads each ad group has."""
    of, groups = pd.factorize(facts.entities["group_key"])
    counts = np.bincount(of[active], minlength=len(groups)).tolist()
    return Counter({group: count for group, count in zip(groups.tolist(), counts, strict=True) if count})
