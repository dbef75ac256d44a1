"""Decides how sure it is that what an entity returns truly lies clearly below a target, from orders of unlike value.

The value of a window is a compound of orders: their number is Poisson and each has a value of its own, so its relative
variance is (1 + cv²) / orders; the sum is taken as log-normal, whose median lies below its mean. The spread of order
values, cv, is estimated per account from how daily mean values scatter around each entity's own mean.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from rules.entities import Floats, LevelFacts
from rules.windows import add_up, daily, divide

LEAST_ORDERS = 2.0
CLEARLY = 0.8  # of the target: a return exactly on target would be called below it one night in ten at P = .9
USUAL_SPREAD, USUAL_DAYS = 1.0, 10.0  # cv² of order values until an account's own days say otherwise


def below_target(facts: LevelFacts, first_day: int, last_day: int, target: Floats) -> Floats:
    """P(true ROAS < 0.8 x target) per entity; NaN under two orders or without a target or spend."""
    value = daily(facts, first_day, last_day, "conversions_value")
    orders = daily(facts, first_day, last_day, "conversions")
    spend = np.nansum(daily(facts, first_day, last_day, "spend"), axis=1)
    known = ~np.isnan(value) & ~np.isnan(orders)
    total, count = np.where(known, value, 0.0).sum(axis=1), np.where(known, orders, 0.0).sum(axis=1)
    spread = order_spread(facts, np.where(known, value, 0.0), np.where(known, orders, 0.0))
    usable = (count >= LEAST_ORDERS) & (spend > 0) & (total > 0)
    variance = np.log1p((1.0 + spread) / np.where(usable, count, 1.0))
    error = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.log(CLEARLY * target) - np.log(divide(total, spend)) - variance / 2.0
    out: Floats = np.where(usable, ndtr(off / error), np.nan)
    return out


def order_spread(facts: LevelFacts, value: Floats, orders: Floats) -> Floats:
    """cv² of the value of one order in the account of each entity: ``value`` and ``orders`` are entities x days."""
    mean = divide(value.sum(axis=1), orders.sum(axis=1))
    days = (orders > 0).sum(axis=1)
    usable = (days >= 2) & (mean > 0)
    # Var(value of a day | its orders) = orders * sigma²; one degree of freedom goes into the mean.
    scaled = np.divide(value, mean[:, None], out=np.zeros_like(value), where=usable[:, None])
    off = np.divide((scaled - orders) ** 2, orders, out=np.zeros_like(orders), where=(orders > 0) & usable[:, None])
    account = facts.entities["account"].to_numpy(dtype=np.int64)
    accounts = int(account.max(initial=-1)) + 1
    weight = np.where(usable, days - 1.0, 0.0)
    found = np.nan_to_num(add_up(np.where(usable, off.sum(axis=1), 0.0), account, accounts))
    seen = np.nan_to_num(add_up(weight, account, accounts))
    out: Floats = ((found + USUAL_SPREAD * USUAL_DAYS) / (seen + USUAL_DAYS))[account]
    return out
