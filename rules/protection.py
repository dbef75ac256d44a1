"""Decides what shields an entity: learning phase, cool-down, broken tracking, and being the last active ad."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rules.candidates import Candidate
from rules.delivery import Delivery
from rules.entities import LevelFacts
from rules.judgement import Applied

Bools = NDArray[np.bool_]


def states_of(facts: LevelFacts, now: Delivery, states: pd.DataFrame | None) -> tuple[Bools, Bools]:
    """Per entity: is it active, is it learning. Told by a state export where there is one, else seen from delivery.

    ``states`` has the columns platform, level, id and status, and may have learning (true/false).
    """
    active, learning = now.active.copy(), now.young.copy()
    level = facts.level
    if states is None or states.empty or level in ("placement", "account"):
        return active, learning
    own = states.loc[states["level"] == level].drop_duplicates(["platform", "id"], keep="last")
    entities = facts.entities[["platform", f"{level}_id"]].rename(columns={f"{level}_id": "id"})
    told = entities.merge(own, how="left", on=["platform", "id"])
    known = (told["status"].notna() & (told["id"] != "")).to_numpy(dtype=bool)
    active[known] = (told["status"] == "active").to_numpy(dtype=bool)[known]
    if "learning" in told.columns:
        said = told["learning"].notna().to_numpy(dtype=bool) & known
        learning[said] = (told["learning"] == True).to_numpy(dtype=bool)[said]  # noqa: E712 - elementwise over <NA>
    return active, learning


def cooling(applied: Iterable[Applied], cooldown_days: Mapping[str, int], as_of: date) -> set[tuple[str, str]]:
    """(rule, entity) pairs acted on within the rule's cool-down."""
    return {
        (done.rule, done.entity)
        for done in applied
        if done.on <= as_of and (as_of - done.on).days < cooldown_days.get(done.rule, 0)
    }


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
