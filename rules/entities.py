"""Decides which rows of the snapshot one level is judged on, and which entity each row belongs to.

One grain per platform account, never two added up: the level's own grain or the finest that can be summed
to it, whichever knows the most days. An entity is known by its id where exported, else by its path of names,
so a renamed ad stays one ad and two ads of one name in different groups stay two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.metrics import additive

EPOCH = date(1970, 1, 1)  # days are whole numbers since then
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
KEYED = ("platform", "account_id", "breakdown_value", *(f"{what}_{part}" for what in NAMED for part in ("id", "name")))
READ = frozenset({"impressions", "clicks", "spend", "conversions", "conversion_value"})
DAYS = ("day_number", "end_number")  # first and last day of a row, counted once for every level
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
    reach: Floats | None = None  # of each row; people of several days cannot be added up, so it is no metric


def _day_number(column: pd.Series) -> Ints:
    return column.to_numpy(dtype="datetime64[D]").astype(np.int64)


def with_codes(facts: pd.DataFrame) -> pd.DataFrame:
    """``facts`` with every text column as categories without a missing one, so that each is read only once."""
    coded = {}
    for name in (*TEXTS, "grain", "breakdown"):
        column = facts[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            if not column.hasnans:
                coded[name] = column
                continue
            column = column.astype("str")
        codes, texts = pd.factorize(column.fillna(""))
        coded[name] = pd.Series(pd.Categorical.from_codes(codes, texts), index=facts.index)
    day = _day_number(facts["date_day"])
    end = np.maximum(_day_number(facts["period_end"].fillna(facts["date_day"])), day)
    return facts.assign(**coded, **dict(zip(DAYS, (day, day if np.array_equal(day, end) else end), strict=True)))


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
    if level == "account":
        return code
    for what in NAMED[: NAMED.index("campaign" if level == "placement" else level) + 1]:
        own, has_id = _identity(rows, what)
        code = _join(np.where(has_id, account, code + int(account.max(initial=0)) + 1), own)
    return _join(code, _codes(rows["breakdown_value"])) if level == "placement" else code


def _chosen_rows(facts: pd.DataFrame, level: str, last_day: int) -> pd.DataFrame:
    breakdown = "placement" if level == "placement" else ""
    fits = facts["grain"].isin(FINER[level]) & (facts["breakdown"] == breakdown)
    chosen_rows = (fits & (facts["date_day"] <= pd.Timestamp(last_day, unit="D"))).to_numpy(dtype=bool)
    rows = facts if chosen_rows.all() else facts.loc[chosen_rows]
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
    texts = {name: _escaped(entities[name]) for name in KEYED}
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
    """The rows and entities of ``level`` up to ``last_day`` (days since 1970-01-01), from ``with_codes(facts)``."""
    rows = _chosen_rows(facts, level, last_day)
    code = _entity_codes(rows, level)
    day, end = (rows[name].to_numpy() for name in DAYS)
    in_time = np.argsort(day, kind="stable")
    latest = np.zeros(int(code.max(initial=-1)) + 1, dtype=np.int64)
    latest[code[in_time]] = in_time
    entities = rows.iloc[latest][list(TEXTS)].astype("str").reset_index(drop=True)
    names = rows["result_indicator"].cat.categories
    counts = np.where((names == "")[_codes(rows["result_indicator"])], -1, _codes(rows["result_indicator"]))
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
        end,
        counts,
        _values(rows),
        _reach(rows),
    )


def _values(rows: pd.DataFrame) -> dict[str, Floats]:
    """The additive metrics of every row; of what no row tells only those that are read everywhere."""
    told = (name for name in additive() if name in rows.columns and (name in READ or rows[name].notna().any()))
    return {name: rows[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in told}


def _reach(rows: pd.DataFrame) -> Floats | None:
    """People reached by each row, None where no row says."""
    if "reach" not in rows.columns or not rows["reach"].notna().any():
        return None
    out: Floats = rows["reach"].to_numpy(dtype=np.float64, na_value=np.nan)
    return out
