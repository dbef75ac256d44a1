"""Decides which rows of the snapshot one level is judged on, and which entity each row belongs to.

One grain per platform account, never two added up: the level's own grain or the finest that can be summed
to it, whichever knows the most days. An entity is known by its id where exported, else by its path of names,
so a renamed ad stays one ad and two ads of one name in different groups stay two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)  # days are whole numbers since then
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FINER = {
    "account": ("account", "campaign", "ad_group", "ad"),
    "campaign": ("campaign", "ad_group", "ad"),
    "ad_group": ("ad_group", "ad"),
    "ad": ("ad",),
    "placement": ("campaign", "ad_group", "ad"),
}
NAMED = ("campaign", "ad_group", "ad")
TEXTS = (
    "platform", "account_id", "account_name", "campaign_id", "campaign_name", "campaign_type", "ad_group_id",
    "ad_group_name", "ad_id", "ad_name", "breakdown_value", "result_indicator",
)  # fmt: skip
KEYS = {level: f"{level}:key" for level in FINER}
GRAIN_DAYS = 60


@dataclass(frozen=True, slots=True)
class Lines:
    """Facts in the order of their days: the line of texts, first and last day (since 1970-01-01), metrics of each row.

    ``texts`` holds one row a line: every text, none missing, and its key on every level under the names of ``KEYS``.
    ``indicator`` numbers what a line's conversions count, -1 where it does not say. ``reach`` is that of each row;
    people of several days cannot be added up, so it is no metric.
    """

    texts: pd.DataFrame
    indicator: Ints
    line: Ints
    day: Ints
    end: Ints  # the same array as ``day`` where every row is of one day
    values: Mapping[str, Floats]
    reach: Floats | None = None


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """The rows of one level in the order of their days: entity number, first and last day, metrics of each.

    ``entities`` has one row per entity in the order of its ``key``: texts as last reported, ``group_key`` and
    ``campaign_key`` (keys of the levels above), ``account``, a whole number, and ``channel``, a category.
    ``indicator`` numbers what a row's conversions count, -1 where the row does not say.
    """

    level: str
    entities: pd.DataFrame
    entity: Ints
    day: Ints
    end_day: Ints
    indicator: Ints
    values: dict[str, Floats]
    reach: Floats | None = None

    @property
    def single_days(self) -> bool:
        """Whether every row is of one day; those of several days cannot be cut at the edge of a window."""
        return self.end_day is self.day


def _chosen_rows(lines: Lines, level: str, last_day: int) -> Ints | slice:
    """Which rows the level is judged on: those of one grain of every platform account."""
    texts = lines.texts
    breakdown = "placement" if level == "placement" else ""
    fits = (texts["grain"].isin(FINER[level]) & (texts["breakdown"] == breakdown)).to_numpy(dtype=bool)
    since, until = np.searchsorted(lines.day, (last_day - GRAIN_DAYS, last_day), side="right").tolist()
    seen = fits & (np.bincount(lines.line[:until], minlength=len(fits)) > 0)
    if texts.loc[seen, "grain"].nunique() > 1:
        fits = fits & _best_grain(lines, fits, level, slice(since, until))
    return slice(0, until) if fits.all() else np.flatnonzero(fits[lines.line[:until]])


def _best_grain(lines: Lines, fits: Bools, level: str, recent: slice) -> Bools:
    """Lines of the grain that knows the most of the recent days of its account, the coarser of equals."""
    rank = {grain: at for at, grain in enumerate(FINER[level])}
    about = pd.DataFrame(
        {
            "account": pd.factorize(lines.texts[KEYS["account"]])[0],
            "grain": lines.texts["grain"].map(rank).fillna(len(rank)).astype(np.int64),
        }
    )
    line = lines.line[recent]
    days = about.take(line).assign(day=lines.day[recent])[fits[line]].drop_duplicates()
    known = days.groupby(["account", "grain"]).size().reset_index(name="days")
    best = known.sort_values(["account", "days", "grain"], ascending=[True, False, True]).drop_duplicates("account")
    chosen = about.merge(best.assign(chosen=True), how="left", on=["account", "grain"])["chosen"]
    return chosen.notna().to_numpy()


def level_facts(lines: Lines, level: str, last_day: int) -> LevelFacts:
    """The rows and entities of ``level`` up to ``last_day`` (days since 1970-01-01), in the order of their days."""
    rows = _chosen_rows(lines, level, last_day)
    line, used = _renumbered(lines.line[rows], len(lines.texts))
    texts, counts = lines.texts, lines.indicator
    if len(used) < len(texts):
        texts, counts = texts.iloc[used].reset_index(drop=True), counts[used]
    own, names = pd.factorize(texts[KEYS[level]])
    order = np.asarray(names.argsort(), dtype=np.int64)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    owner = number[own]  # the entity of every line
    entity = owner[line]
    latest = np.zeros(len(order), dtype=np.int64)
    latest[entity] = line  # rows come in the order of their days, so the last one stands
    indicator = counts[line]
    day = lines.day[rows]
    return LevelFacts(
        level,
        _entities(texts, level, latest, _told_last(entity, line, indicator, latest)),
        entity,
        day,
        day if lines.end is lines.day else lines.end[rows],
        indicator,
        {name: values[rows] for name, values in lines.values.items()},
        None if lines.reach is None else lines.reach[rows],
    )


def _told_last(entity: Ints, line: Ints, indicator: Ints, latest: Ints) -> Ints:
    """The line in which each entity last said what its conversions count; its last one where it never did."""
    told = np.flatnonzero(indicator >= 0)
    out = latest.copy()
    out[entity[told]] = line[told]
    return out


def _entities(texts: pd.DataFrame, level: str, latest: Ints, told: Ints) -> pd.DataFrame:
    """One row an entity, from the line it was last reported in, and what its conversions count from ``told``."""
    out = texts[list(TEXTS)].take(latest).reset_index(drop=True)
    if not np.array_equal(latest, told):
        out["result_indicator"] = texts["result_indicator"].array.take(told)
    out["key"], out["account_key"] = (texts[KEYS[name]].array.take(latest) for name in (level, "account"))
    below_campaign = level in ("ad", "ad_group", "placement")
    out["campaign_key"] = texts[KEYS["campaign"]].array.take(latest) if below_campaign else ""
    out["group_key"] = texts[KEYS["ad_group"]].array.take(latest) if level == "ad" else ""
    out["account"] = pd.factorize(out["account_key"], sort=True)[0]
    typed = out["platform"] + "/" + out["campaign_type"]
    out["channel"] = typed.where(out["campaign_type"] != "", out["platform"]).astype("category")
    return out


def _renumbered(line: Ints, count: int) -> tuple[Ints, Ints]:
    """The lines of some rows, numbered anew, and which lines they are."""
    used = np.flatnonzero(np.bincount(line, minlength=count))
    if len(used) == count:
        return line, used
    number = np.zeros(count, dtype=np.int64)
    number[used] = np.arange(len(used))
    return number[line], used
