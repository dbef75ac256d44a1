"""Decides which numbers of a rule come from states that were told: review, budgets, and what platforms show beside.

Review and learning are words in an export and become 1 or 0; numbers (overlap, lost impression share, failures of a
landing page) are taken as they are. What nobody told, or told with an empty word, is "no data", never 0.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rules.account_signals import told_numbers
from rules.entities import Floats, Ints, LevelFacts
from rules.windows import daily

CAPPED_SHARE = 0.95
CAPPED_DAYS = 5
SHOWN = (
    "review", "review_reason", "final_url", "page_code", "page_reason", "page_seen", "credit_left", "credit_on",
    "token_expires_on",
)  # fmt: skip
WORDS = {
    "disapproved": ("review", ("disapproved", "rejected", "not_approved")),
    "learning_limited": ("learning_status", ("limited", "learning_limited")),
    "creative_limited": ("delivery", ("creative_limited",)),
    "creative_fatigued": ("delivery", ("creative_fatigue", "creative_fatigued")),
}


def told_signal(facts: LevelFacts, rows: pd.DataFrame | None, name: str, last_day: int) -> Floats:
    """One signal per entity from the states ``rows`` told of them; NaN where it was not told."""
    missing = np.full(len(facts.entities), np.nan)
    if rows is None:
        return missing
    if name in WORDS:
        column, words = WORDS[name]
        if column not in rows.columns:
            return missing
        told = rows[column]
        known = (told.notna() & (told != "")).to_numpy(dtype=bool)
        return np.where(known, told.isin(words).to_numpy(dtype=np.float64), np.nan)
    if name == "budget_capped_days":
        return _capped(facts, told_numbers(rows, "daily_budget"), last_day)
    return told_numbers(rows, name)


def _capped(facts: LevelFacts, budget: Floats, last_day: int) -> Floats:
    """On how many of the last five days at least 95 % of the daily budget was spent."""
    spend = daily(facts, last_day - CAPPED_DAYS + 1, last_day, "spend")
    full = (np.nan_to_num(spend) >= CAPPED_SHARE * budget[:, None]) & (budget[:, None] > 0)
    out: Floats = np.where(np.isnan(budget), np.nan, full.sum(axis=1).astype(np.float64))
    return out


def account_states(facts: LevelFacts, states: pd.DataFrame | None) -> pd.DataFrame | None:
    """States told of whole accounts, by platform and account id; one told without an id is every account's there."""
    if states is None or states.empty:
        return None
    own = states.loc[states["level"] == "account"]
    if own.empty:
        return None
    ids = own["id"].fillna("").astype("str")
    place = {pair: at for at, pair in enumerate(zip(own["platform"], ids, strict=True))}
    asked = zip(facts.entities["platform"], facts.entities["account_id"], strict=True)
    at = np.array([place.get((who, one), place.get((who, ""), -1)) for who, one in asked], dtype=np.int64)
    out = own.astype(object).iloc[np.where(at < 0, 0, at)].reset_index(drop=True)
    return out.where(pd.Series(at >= 0), None)


def told_words(rows: pd.DataFrame, at: Ints) -> list[dict[str, str]]:
    """What was told of some entities beside the numbers: words, days, and where a page is, by name."""
    known = rows.reindex(columns=list(SHOWN)).iloc[at]
    return [
        {str(name): str(value) for name, value in row.items() if not pd.isna(value) and value != ""}
        for row in known.to_dict("records")
    ]
