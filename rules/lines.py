"""Decides how the texts of facts are read: they stay the same from day to day, so each run of equal ones only once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.metrics import additive
from rules.entities import KEYS, NAMED, TEXTS, Bools, Floats, Ints, Lines

READ = frozenset({"impressions", "clicks", "spend", "conversions", "conversion_value"})


def lines_of(facts: pd.DataFrame) -> Lines:
    """``facts`` (in the form of ``Snapshot.facts``) with their texts read once for every run of equal ones."""
    columns = {name: facts[name] for name in (*TEXTS, "grain", "breakdown")}
    starts = _starts(columns, len(facts))
    heads = np.flatnonzero(starts)
    texts = pd.DataFrame({name: _plain(column.iloc[heads]) for name, column in columns.items()})
    texts = texts.reset_index(drop=True)
    day = _day_number(facts["date_day"])
    end = np.maximum(_day_number(facts["period_end"].fillna(facts["date_day"])), day)
    order = _in_order_of(day)
    ordered = day[order]
    return Lines(
        texts.assign(**_keys(texts)),
        pd.factorize(texts["result_indicator"].replace("", None))[0].astype(np.int64),
        (np.cumsum(starts) - 1)[order],
        ordered,
        ordered if np.array_equal(day, end) else end[order],
        {name: _numbers(facts[name])[order] for name in additive() if name in facts.columns and _told(facts, name)},
        _numbers(facts["reach"])[order] if "reach" in facts.columns and facts["reach"].notna().any() else None,
    )


def _plain(column: pd.Series) -> pd.Series:
    """A column as texts, none of them missing."""
    out = column if column.dtype == "str" else column.astype("str")
    return out.fillna("") if out.hasnans else out


def _told(facts: pd.DataFrame, name: str) -> bool:
    """Whether a metric is worth a column: some row tells it, or it is read everywhere."""
    return name in READ or bool(facts[name].notna().any())


def _numbers(column: pd.Series) -> Floats:
    out: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return out


def _in_order_of(day: Ints) -> Ints:
    """What puts rows in the order of their days, those of one day as they were."""
    low, high = (int(day.min()), int(day.max())) if len(day) else (0, 0)
    if high - low < 2**16:  # whole numbers this short are sorted by counting
        return np.argsort((day - low).astype(np.uint16), kind="stable")
    return np.argsort(day, kind="stable")


def _day_number(column: pd.Series) -> Ints:
    return column.to_numpy(dtype="datetime64[D]").astype(np.int64)


def _starts(columns: Mapping[str, pd.Series], rows: int) -> Bools:
    """Which rows have other texts than the row before."""
    out = np.zeros(rows, dtype=np.bool_)
    out[:1] = True
    for column in columns.values():
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes = column.cat.codes.to_numpy()
            out[1:] |= codes[1:] != codes[:-1]
        else:
            out[1:] |= np.asarray(column.array[1:] != column.array[:-1], dtype=np.bool_)
    return out


def _keys(texts: pd.DataFrame) -> dict[str, pd.Series]:
    """Who every line is on every level: by ids where exported, else by the path of its names."""
    account = above = _escaped(texts["platform"]) + "|" + _escaped(texts["account_id"])
    out = {"account": account}
    for what in NAMED:
        has_id = texts[f"{what}_id"] != ""
        own = account + f"|{what}#" + _escaped(texts[f"{what}_id"])
        if not has_id.all():
            own = own.where(has_id, above + f"|{what}=" + _escaped(texts[f"{what}_name"]))
        out[what] = above = own
    out["placement"] = out["campaign"]
    if (texts["breakdown"] == "placement").any():
        out["placement"] = out["campaign"] + "|placement=" + _escaped(texts["breakdown_value"])
    return {KEYS[level]: key for level, key in out.items()}


def _escaped(column: pd.Series) -> pd.Series:
    for mark in ("\\", "|"):
        if column.str.contains(mark, regex=False).any():
            column = column.str.replace(mark, f"\\{mark}", regex=False)
    return column
