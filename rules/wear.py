"""Decides whether a creative wears out: its click rate now against its own first week after learning.

What its peers did in the meantime is taken out: an ad whose whole account lost a third of its click rate over a holiday
has not worn out. ``ctr_wear`` is (own now / own then) / (peers now / peers then); its strength is the logarithm of
that over its error, from the clicks behind the four rates and their clustering.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rules.comparisons import WEEK, first_days_rows
from rules.delivery import LEARNING_DAYS, Delivery
from rules.entities import Floats, Ints, LevelFacts
from rules.peers import like_of
from rules.windows import add_up, divide, inside

CLUSTERING = 2.0  # variance of daily clicks over their mean: measured exports are nearer 2 than the Poisson 1
LEAST_PEER_CLICKS = 30.0


@dataclass(frozen=True, slots=True)
class Wear:
    """Per entity: click rate of its first week, ratio to it with peers taken out, and strength in standard errors."""

    first_rate: Floats
    ratio: Floats
    score: Floats


def wear(facts: LevelFacts, delivered: Delivery, first_day: int, last_day: int) -> Wear:
    """How far every entity's click rate wore off by the window."""
    count, now = len(facts.entities), inside(facts, first_day, last_day)
    then = first_days_rows(facts, delivered, first_day)
    pool = pd.factorize(like_of(facts.entities))[0].astype(np.int64)
    shown, clicked = (facts.values.get(name, np.full(len(facts.day), np.nan)) for name in ("impressions", "clicks"))
    both = ~np.isnan(shown) & ~np.isnan(clicked)
    own = {}
    for when, rows in (("now", now), ("then", then)):
        for name, values in (("n", shown), ("c", clicked)):
            own[name + when] = add_up(values[rows & both], facts.entity[rows & both], count)
    start = delivered.first_delivery + LEARNING_DAYS
    peers = {}
    for name, values in (("n", shown), ("c", clicked)):
        total = _Running(facts, np.where(both, values, 0.0), pool)
        peers[name + "now"] = total.between(np.full(count, first_day), np.full(count, last_day)) - np.nan_to_num(
            own[name + "now"]
        )
        peers[name + "then"] = total.between(start, start + WEEK - 1) - np.nan_to_num(own[name + "then"])
    return _compared(own, peers)


class _Running:
    """Sums of a pool of entities between any two days, from its running total by day."""

    def __init__(self, facts: LevelFacts, values: Floats, pool: Ints) -> None:
        self.pool, self.first = pool, int(facts.day.min()) if len(facts.day) else 0
        self.days = int(facts.day.max(initial=self.first)) - self.first + 1
        single = facts.day == facts.end_day
        pools = int(pool.max(initial=-1)) + 1
        owner = pool[facts.entity[single]] * self.days + facts.day[single] - self.first
        by_day = np.bincount(owner, weights=values[single], minlength=pools * self.days).reshape(pools, self.days)
        self.total = np.concatenate([np.zeros((pools, 1)), np.cumsum(by_day, axis=1)], axis=1)

    def between(self, first: Ints, last: Ints) -> Floats:
        low = np.clip(first - self.first, 0, self.days)
        high = np.clip(last - self.first + 1, 0, self.days)
        out: Floats = self.total[self.pool, np.fmax(high, low)] - self.total[self.pool, low]
        return out


def _compared(own: dict[str, Floats], peers: dict[str, Floats]) -> Wear:
    own_now, own_then = divide(own["cnow"], own["nnow"]), divide(own["cthen"], own["nthen"])
    peer_now, peer_then = divide(peers["cnow"], peers["nnow"]), divide(peers["cthen"], peers["nthen"])
    told = (peers["cnow"] >= LEAST_PEER_CLICKS) & (peers["cthen"] >= LEAST_PEER_CLICKS)
    drift = np.where(told, divide(peer_now, peer_then), np.nan)
    ratio = divide(divide(own_now, own_then), drift)
    # Half a click more on each count keeps the logarithm finite where an ad was not clicked at all.
    clicks = [own["cnow"] + 0.5, own["cthen"] + 0.5, peers["cnow"] + 0.5, peers["cthen"] + 0.5]
    error = np.sqrt(CLUSTERING * sum(1.0 / np.fmax(count, 0.5) for count in clicks))
    shrunk = divide(divide(clicks[0], own["nnow"]), divide(clicks[1], own["nthen"]))
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.log(divide(shrunk, drift)) / error
    return Wear(own_then, ratio, np.where(np.isnan(ratio), np.nan, score))
