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
GRAIN_DAYS = 60


@dataclass(frozen=True, slots=True)
class Lines:
    """Facts in the order of their days: the line of texts, first and last day (since 1970-01-01), metrics of each row.

    ``texts`` holds one row a line, every column as categories without a missing one. ``reach`` is that of each row;
    people of several days cannot be added up, so it is no metric.
    """

    texts: pd.DataFrame
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


def _codes(column: pd.Series) -> Ints:
    codes: Ints = column.cat.codes.to_numpy().astype(np.int64)
    return codes


def _join(*parts: Ints) -> Ints:
    """One dense number per distinct combination."""
    code = parts[0]
    for part in parts[1:]:
        code = pd.factorize(code * (int(part.max(initial=0)) + 1) + part)[0].astype(np.int64)
    return code


def _identity(rows: pd.DataFrame, what: str) -> tuple[Ints, NDArray[np.bool_]]:
    """Code of the id, or of the name where there is no id; and which rows have an id."""
    ids = rows[f"{what}_id"]
    by_id = _codes(ids)
    has_id = by_id != (ids.cat.categories.get_loc("") if "" in ids.cat.categories else -1)
    if has_id.all():
        return by_id, has_id
    return np.where(has_id, by_id, _codes(rows[f"{what}_name"]) + len(ids.cat.categories)), has_id


def _entity_codes(rows: pd.DataFrame, level: str) -> Ints:
    account = _join(_codes(rows["platform"]), _codes(rows["account_id"]))
    code = account
    for what in _named(level):
        own, has_id = _identity(rows, what)
        code = _join(np.where(has_id, account, code + int(account.max(initial=0)) + 1), own)
    return _join(code, _codes(rows["breakdown_value"])) if level == "placement" else code


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
    account = _join(_codes(lines.texts["platform"]), _codes(lines.texts["account_id"]))
    rank = {grain: at for at, grain in enumerate(FINER[level])}
    grain = np.array([rank.get(name, len(rank)) for name in lines.texts["grain"].astype(str)], dtype=np.int64)
    own = account * (len(rank) + 1) + grain
    line, day = lines.line[recent], lines.day[recent]
    seen = pd.DataFrame({"own": own[line], "day": day})[fits[line]].drop_duplicates()
    days = np.bincount(seen["own"], minlength=int(own.max(initial=0)) + 1)
    found = pd.DataFrame({"account": account, "grain": grain, "own": own, "days": days[own]})[fits & (days[own] > 0)]
    best = found.sort_values(["account", "days", "grain"], ascending=[True, False, True]).drop_duplicates("account")
    return np.isin(own, best["own"])


def _escaped(column: pd.Series) -> pd.Series:
    return column.str.replace("\\", "\\\\", regex=False).str.replace("|", "\\|", regex=False)


def _named(level: str) -> tuple[str, ...]:
    """What names an entity of ``level``, from its campaign down."""
    return () if level == "account" else NAMED[: NAMED.index("campaign" if level == "placement" else level) + 1]


def _with_keys(entities: pd.DataFrame, level: str) -> pd.DataFrame:
    account = above = _escaped(entities["platform"]) + "|" + _escaped(entities["account_id"])
    key = {"account": account}
    for what in _named(level):
        has_id = entities[f"{what}_id"] != ""
        own = account + f"|{what}#" + _escaped(entities[f"{what}_id"])
        if not has_id.all():
            own = own.where(has_id, above + f"|{what}=" + _escaped(entities[f"{what}_name"]))
        key[what] = above = own
    if level == "placement":
        key[level] = key["campaign"] + "|placement=" + _escaped(entities["breakdown_value"])
    out = entities.assign(key=key[level], account_key=account)
    out["campaign_key"] = key["campaign"] if level in ("ad", "ad_group", "placement") else ""
    out["group_key"] = key["ad_group"] if level == "ad" else ""
    return out


def level_facts(lines: Lines, level: str, last_day: int) -> LevelFacts:
    """The rows and entities of ``level`` up to ``last_day`` (days since 1970-01-01), in the order of their days."""
    rows = _chosen_rows(lines, level, last_day)
    line, used = _renumbered(lines.line[rows], len(lines.texts))
    texts = lines.texts if len(used) == len(lines.texts) else lines.texts.iloc[used].reset_index(drop=True)
    own = _entity_codes(texts, level)
    latest = np.zeros(int(own.max(initial=-1)) + 1, dtype=np.int64)
    latest[own[line]] = line  # rows come in the order of their days, so the last one stands
    entities = texts.iloc[latest][list(TEXTS)].astype("str").reset_index(drop=True)
    counts = _counts(texts["result_indicator"])
    indicator = counts[line]
    told = np.flatnonzero(indicator >= 0)
    if len(told):
        names = entities["result_indicator"].to_numpy(dtype=object).copy()
        names[own[line[told]]] = texts["result_indicator"].to_numpy(dtype=object)[line[told]]
        entities["result_indicator"] = pd.Series(names, dtype="str")
    keyed = _with_keys(entities, level)
    order = np.asarray(keyed["key"].array.argsort(), dtype=np.int64)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    keyed = keyed.iloc[order].reset_index(drop=True)
    keyed["account"] = pd.factorize(keyed["account_key"], sort=True)[0]
    keyed["channel"] = _channels(keyed)
    day = lines.day[rows]
    return LevelFacts(
        level,
        keyed,
        number[own][line],
        day,
        day if lines.end is lines.day else lines.end[rows],
        indicator,
        {name: values[rows] for name, values in lines.values.items()},
        None if lines.reach is None else lines.reach[rows],
    )


def _channels(entities: pd.DataFrame) -> pd.Series:
    """``platform/campaign_type``, or the platform where the type is unknown: what targets are given for."""
    typed = entities["platform"] + "/" + entities["campaign_type"]
    return typed.where(entities["campaign_type"] != "", entities["platform"]).astype("category")


def _renumbered(line: Ints, count: int) -> tuple[Ints, Ints]:
    """The lines of some rows, numbered anew, and which lines they are."""
    used = np.flatnonzero(np.bincount(line, minlength=count))
    if len(used) == count:
        return line, used
    number = np.zeros(count, dtype=np.int64)
    number[used] = np.arange(len(used))
    return number[line], used


def _counts(column: pd.Series) -> Ints:
    """What the conversions of a line count, as a number; -1 where it does not say."""
    codes = _codes(column)
    return np.where((column.cat.categories == "")[codes], -1, codes)
