"""Decides how much more conversions cluster in time than chance alone would: variance over mean from day to day.

Orders come in bursts (a promotion, a basket of several results, a batch upload), so that ten conversions may carry the
evidence of five. Counts and due counts are divided by this index before they are weighed (quasi-likelihood, McCullagh
and Nelder 1989, chapter 9).
"""

from __future__ import annotations

import numpy as np

from rules.entities import Floats, Ints
from rules.signals import SignalTable
from rules.windows import add_up, inside

PRIOR_CONVERSIONS = 30.0
MOST = 10.0


def dispersion(table: SignalTable, platform: Ints) -> Floats:
    """The index of every entity's platform: 1 for pure chance, never below, drawn to 1 where few conversions are known.

    An entity's conversions are spread over its days as its spend is; squared departures are held against the variance
    that chance gives them (multinomial).
    """
    facts, count = table.facts, len(table.facts.entities)
    days = inside(facts, table.first_day, table.last_day) & (facts.day == facts.end_day)
    missing = np.full(len(facts.day), np.nan)
    got, spend = facts.values.get("conversions", missing), facts.values.get("spend", missing)
    known = days & ~np.isnan(got) & ~np.isnan(spend) & (got >= 0) & (spend >= 0)
    owner, got, spend = facts.entity[known], got[known], spend[known]
    total_got, total_spend = (np.nan_to_num(add_up(values, owner, count)) for values in (got, spend))
    share = np.divide(spend, total_spend[owner], out=np.zeros(len(spend)), where=total_spend[owner] > 0)
    due = share * total_got[owner]
    groups = int(platform.max(initial=-1)) + 1
    departed = np.bincount(platform[owner], weights=(got - due) ** 2, minlength=groups)
    by_chance = np.bincount(platform[owner], weights=due * (1.0 - share), minlength=groups)
    index: Floats = np.clip((departed + PRIOR_CONVERSIONS) / (by_chance + PRIOR_CONVERSIONS), 1.0, MOST)
    return index[platform]
