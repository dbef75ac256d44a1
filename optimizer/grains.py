"""Decides which one grain of the facts stands for each platform-account-day, so that no money is counted twice.

An account may have been exported by campaign, by ad and by placement. Each of those is a whole picture of the same
money. For every day the most complete picture is used; the others are compared with it and never added.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.messages import Message

TOLERANCE = 0.01  # relative difference between two grains that is worth a warning
ORDER = {"campaign": 0, "ad_group": 1, "ad": 2, "account": 3}
ACCOUNT = ["platform", "account_id"]
CUT = ["grain", "breakdown"]


def day_rows(facts: pd.DataFrame) -> tuple[pd.DataFrame, list[Message]]:
    """Rows that cover one day, with a warning that counts the rows left out because they cover a period."""
    daily = facts["date_day"] == facts["period_end"]
    left = int((~daily).sum())
    warnings = [Message("optimizer.history.period_rows", {"count": left})] if left else []
    return facts.loc[daily], warnings


def with_campaign_types(facts: pd.DataFrame) -> pd.DataFrame:
    """``campaign_type`` filled from other rows of the same campaign where an export left it out."""
    out = facts.copy()
    out["campaign_type"] = out["campaign_type"].fillna("").astype(str)
    for key in ("campaign_id", "campaign_name"):
        named = out[key].fillna("").astype(str)
        known = out.loc[(out["campaign_type"] != "") & (named != ""), [*ACCOUNT, key, "campaign_type"]]
        lookup = known.drop_duplicates([*ACCOUNT, key]).set_index([*ACCOUNT, key])["campaign_type"]
        if lookup.empty:
            continue
        keys = pd.MultiIndex.from_frame(out[[*ACCOUNT, key]])
        found = pd.Series(lookup.reindex(keys).to_numpy(), index=out.index)
        out["campaign_type"] = out["campaign_type"].where(out["campaign_type"] != "", found).fillna("")
    return out


def pick_grains(facts: pd.DataFrame, result: str, typed: bool) -> tuple[pd.DataFrame, list[Message]]:
    """The rows of the chosen (grain, breakdown) of every platform-account-day, and what the other grains disagree on.

    ``typed``: prefer grains that name the campaign type. Preference: has the result, has the type, more spend
    (beyond 1 %), no breakdown, then campaign before ad group before ad before account.
    """
    day = [*ACCOUNT, "date_day"]
    frame = facts.assign(
        _has=facts[result].notna(), _typed=facts["campaign_type"] != "", _spend=facts["spend"].fillna(0.0)
    )
    cuts = frame.groupby([*day, *CUT], sort=True, dropna=False).agg(
        spend=("_spend", "sum"), result=(result, "sum"), has=("_has", "any"), typed=("_typed", "all")
    )
    cuts = cuts.reset_index()
    most = cuts.groupby(day, dropna=False)["spend"].transform("max")
    cuts["full"] = cuts["spend"] >= (1 - TOLERANCE) * most
    cuts["plain"] = cuts["breakdown"].fillna("") == ""
    cuts["rank"] = cuts["grain"].map(ORDER).fillna(len(ORDER))
    wants = ["has", "typed", "full", "plain"] if typed else ["has", "full", "plain"]
    ordered = cuts.sort_values([*day, *wants, "rank"], ascending=[True] * 3 + [False] * len(wants) + [True])
    chosen = ordered.drop_duplicates(day)
    picked = facts.merge(chosen[[*day, *CUT]], on=[*day, *CUT], how="inner")
    return picked, _disagreements(cuts, chosen, result)


def _disagreements(cuts: pd.DataFrame, chosen: pd.DataFrame, result: str) -> list[Message]:
    """One warning per platform, account, other grain and metric whose sums differ by more than 1 %."""
    day = [*ACCOUNT, "date_day"]
    both = cuts.merge(chosen[[*day, *CUT, "spend", "result", "has"]], on=day, suffixes=("", "_used"))
    both = both[(both["grain"] != both["grain_used"]) | (both["breakdown"] != both["breakdown_used"])]
    warnings: list[Message] = []
    for keys, group in both.groupby([*ACCOUNT, *CUT, "grain_used"], sort=True, dropna=False):
        for metric, column in (("spend", "spend"), (result, "result")):
            compared = group[group["has"]] if column == "result" else group
            stated, used = float(compared[column].sum()), float(compared[f"{column}_used"].sum())
            if compared.empty or np.isclose(stated, used, rtol=TOLERANCE, atol=1e-9):
                continue
            values = {
                "platform": str(keys[0]),
                "account": str(keys[1]),
                "grain": str(keys[2]) + (f"/{keys[3]}" if keys[3] else ""),
                "used": str(keys[4]),
                "metric": metric,
                "stated": f"{stated:,.0f}",
                "sum": f"{used:,.0f}",
            }
            warnings.append(Message("optimizer.history.grains_differ", values))
    return warnings
