"""Decides which rows of the snapshot one level is judged on, and which entity each row belongs to.

One grain per platform account, never two added up: the level's own grain or the finest that can be summed
to it, whichever knows the most days. An entity is known by its id where exported, else by its path of names,
so a renamed ad stays one ad and two ads of one name in different groups stay two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.metrics import additive

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
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
class LevelFacts:
    """The rows of one level: entity number, first and last day (days since 1970-01-01) and metrics of each.

    ``entities`` has one row per entity in the order of its ``key``: texts as last reported, ``group_key`` and
    ``campaign_key`` (keys of the levels above) and ``account``, a whole number. ``indicator`` numbers what a row's
    conversions count, -1 where the row does not say.
    """

    level: str
    entities: pd.DataFrame
    entity: Ints
    day: Ints
    end_day: Ints
    indicator: Ints
    values: dict[str, Floats]


def _day_number(column: pd.Series) -> Ints:
    return column.to_numpy(dtype="datetime64[D]").astype(np.int64)


def _text(column: pd.Series) -> pd.Series:
    """The column as text, "" where it is missing."""
    return column.astype("str").fillna("")


def _codes(column: pd.Series) -> tuple[Ints, int]:
    codes, uniques = pd.factorize(_text(column))
    return codes.astype(np.int64), len(uniques) + 1


def _join(*parts: Ints) -> Ints:
    """One dense number per distinct combination."""
    code = parts[0]
    for part in parts[1:]:
        code = pd.factorize(code * (int(part.max(initial=0)) + 1) + part)[0].astype(np.int64)
    return code


def _identity(rows: pd.DataFrame, what: str) -> tuple[Ints, NDArray[np.bool_]]:
    """Code of the id, or of the name where there is no id; and which rows have an id."""
    has_id = (_text(rows[f"{what}_id"]) != "").to_numpy(dtype=bool)
    by_id, count = _codes(rows[f"{what}_id"])
    if has_id.all():
        return by_id, has_id
    by_name, _ = _codes(rows[f"{what}_name"])
    return np.where(has_id, by_id, by_name + count), has_id


def _entity_codes(rows: pd.DataFrame, level: str) -> Ints:
    account = _join(_codes(rows["platform"])[0], _codes(rows["account_id"])[0])
    code = account
    if level == "account":
        return code
    for what in NAMED[: NAMED.index("campaign" if level == "placement" else level) + 1]:
        own, has_id = _identity(rows, what)
        code = _join(np.where(has_id, account, code + int(account.max(initial=0)) + 1), own)
    return _join(code, _codes(rows["breakdown_value"])[0]) if level == "placement" else code


def _chosen_rows(facts: pd.DataFrame, level: str, last_day: int) -> pd.DataFrame:
    breakdown = "placement" if level == "placement" else ""
    fits = facts["grain"].isin(FINER[level]) & (_text(facts["breakdown"]) == breakdown)
    rows = facts.loc[(fits & (facts["date_day"] <= pd.Timestamp(last_day, unit="D"))).to_numpy(dtype=bool)]
    if rows.empty or rows["grain"].nunique() == 1:
        return rows
    recent = rows.loc[
        _day_number(rows["date_day"]) > last_day - GRAIN_DAYS, ["platform", "account_id", "grain", "date_day"]
    ]
    days = (
        recent.drop_duplicates()
        .groupby(["platform", "account_id", "grain"], observed=True)
        .size()
        .reset_index(name="n")
    )
    days["rank"] = days["grain"].map({grain: at for at, grain in enumerate(FINER[level])})
    best = days.sort_values(["platform", "account_id", "n", "rank"], ascending=[True, True, False, True])
    best = best.drop_duplicates(["platform", "account_id"])[["platform", "account_id", "grain"]]
    chosen = rows[["platform", "account_id", "grain"]].merge(best.assign(keep=True), how="left")["keep"]
    return rows.loc[chosen.notna().to_numpy()]


def _escaped(column: pd.Series) -> pd.Series:
    return column.str.replace("\\", "\\\\", regex=False).str.replace("|", "\\|", regex=False)


def _with_keys(entities: pd.DataFrame, level: str) -> pd.DataFrame:
    texts = {name: _escaped(entities[name]) for name in TEXTS}
    account = texts["platform"] + "|" + texts["account_id"]
    key = {"account": account}
    above = account
    for what in NAMED:
        by_id = account + f"|{what}#" + texts[f"{what}_id"]
        above = by_id.where(entities[f"{what}_id"] != "", above + f"|{what}=" + texts[f"{what}_name"])
        key[what] = above
    key["placement"] = key["campaign"] + "|placement=" + texts["breakdown_value"]
    out = entities.assign(key=key[level], account_key=account)
    out["campaign_key"] = key["campaign"] if level in ("ad", "ad_group", "placement") else ""
    out["group_key"] = key["ad_group"] if level == "ad" else ""
    return out


def level_facts(facts: pd.DataFrame, level: str, last_day: int) -> LevelFacts:
    """The rows and entities of ``level`` up to ``last_day`` (days since 1970-01-01)."""
    rows = _chosen_rows(facts, level, last_day)
    code = _entity_codes(rows, level)
    day = _day_number(rows["date_day"])
    in_time = np.argsort(day, kind="stable")
    latest = np.zeros(int(code.max(initial=-1)) + 1, dtype=np.int64)
    latest[code[in_time]] = in_time
    entities = rows.iloc[latest][list(TEXTS)].apply(_text).reset_index(drop=True)
    counts, names = pd.factorize(_text(rows["result_indicator"]), sort=True)
    if len(names) and names[0] == "":
        counts, names = counts - 1, names[1:]
    told = in_time[counts[in_time] >= 0]
    indicator = entities["result_indicator"].to_numpy(dtype=object).copy()
    indicator[code[told]] = np.asarray(names, dtype=object)[counts[told]]
    entities["result_indicator"] = pd.Series(indicator, dtype="str")
    keyed = _with_keys(entities, level)
    order = np.argsort(keyed["key"].to_numpy(dtype=object), kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    keyed = keyed.iloc[order].reset_index(drop=True)
    keyed["account"] = pd.factorize(keyed["account_key"], sort=True)[0]
    return LevelFacts(
        level,
        keyed,
        number[code],
        day,
        np.maximum(_day_number(rows["period_end"].fillna(rows["date_day"])), day),
        counts.astype(np.int64),
        {name: rows[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in additive() if name in rows.columns},
    )
