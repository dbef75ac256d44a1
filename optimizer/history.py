"""Decides what a channel spent and got, week by week, from an account's facts.

Weeks run Monday to Sunday. A week is complete when every account of the channel has all seven days; partial weeks
are kept and flagged. Money is float64 units of one currency, results are summed under a credit factor per platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from engine.errors import InputError
from engine.messages import Message
from engine.metrics import metrics
from optimizer.grains import ACCOUNT, day_rows, pick_grains, with_campaign_types
from optimizer.indicators import one_result_a_platform

COLUMNS = ["channel", "week", "spend", "result", "complete"]


@dataclass(frozen=True, slots=True)
class WeeklyHistory:
    """Weekly facts per channel, with the days behind them.

    ``frame``: channel, week (Monday), spend, result, complete. ``daily``: channel, day, spend, result, present.
    """

    frame: pd.DataFrame
    warnings: tuple[Message, ...] = ()
    result: str = "conversions"
    currency: str = "TWD"
    credit: Mapping[str, float] = field(default_factory=dict)
    daily: pd.DataFrame | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel names, sorted."""
        return tuple(sorted(self.frame["channel"].unique()))

    @property
    def end(self) -> date | None:
        """The last day known, None for an empty history."""
        if self.daily is not None and len(self.daily):
            last: pd.Timestamp = self.daily.loc[self.daily["present"], "day"].max()
            return last.date()
        return (self.frame["week"].max() + pd.Timedelta(days=6)).date() if len(self.frame) else None

    @property
    def start(self) -> date | None:
        """The first Monday known, None for an empty history."""
        return self.frame["week"].min().date() if len(self.frame) else None


def weekly_history(
    facts: pd.DataFrame,
    result: str,
    by: str = "channel",
    credit: Mapping[str, float] | None = None,
    *,
    currency: str = "TWD",
    indicators: Mapping[str, str] | None = None,
) -> WeeklyHistory:
    """Weekly spend and ``result`` per channel from ``Snapshot.facts``.

    Args:
        facts: columns of ``engine.snapshot``; one or more grains.
        result: an additive metric such as conversions, conversions_value or clicks.
        by: "channel" (platform/campaign type, the platform alone where no type is known) or "platform".
        credit: factor per platform by which its results count; 1 where not given.
        currency: currency of the facts, carried along.
        indicators: per platform, which result indicator counts where the platform reports unlike ones.

    Raises:
        InputError: for a result that cannot be added up, or an unknown ``by``.
    """
    metric = metrics().get(result)
    if metric is None or not metric.additive or result == "spend":
        addable = "、".join(name for name, m in metrics().items() if m.additive and name != "spend")
        raise InputError("optimizer.history.result_not_additive", result=result, known=addable)
    if by not in ("channel", "platform"):
        raise InputError("optimizer.history.unknown_by", by=by)
    factors = dict(credit or {})
    for platform, factor in factors.items():
        if not (np.isfinite(factor) and factor >= 0):
            raise InputError("optimizer.history.credit", platform=platform, factor=str(factor))
    if result not in facts.columns:
        facts = facts.assign(**{result: np.nan})
    rows, warnings = day_rows(facts)
    rows, more = pick_grains(with_campaign_types(rows), result, typed=by == "channel")
    rows, unlike = one_result_a_platform(rows, result, indicators or {})
    daily = _daily(rows, result, by, factors)
    frame = _weekly(daily)
    partial = int((~frame["complete"]).sum())
    if partial:
        warnings = [*warnings, Message("optimizer.history.partial_weeks", {"count": partial})]
    return WeeklyHistory(frame, (*warnings, *more, *unlike), result, currency, factors, daily)


def _daily(rows: pd.DataFrame, result: str, by: str, factors: Mapping[str, float]) -> pd.DataFrame:
    """Channel-days over each channel's whole span: absent rows of a present account are 0, absent accounts are gaps."""
    typed = rows["campaign_type"].fillna("").astype(str)
    channel = rows["platform"].astype(str)
    if by == "channel":
        channel = channel.where(typed == "", channel + "/" + typed)
    factor = rows["platform"].map(factors).fillna(1.0).astype(np.float64)
    frame = rows.assign(channel=channel, _result=rows[result].astype(np.float64) * factor)
    sums = frame.groupby(["channel", *ACCOUNT, "date_day"], sort=True)[["spend", "_result"]].sum(min_count=1)
    present = frame.groupby(ACCOUNT, sort=True)["date_day"].unique().to_dict()
    reported = (frame.groupby(ACCOUNT, sort=True)["_result"].count() > 0).to_dict()
    parts = []
    for keys, part in sums.groupby(level=["channel", *ACCOUNT], sort=True):
        channel_name, account = keys[0], (keys[1], keys[2])
        days = part.droplevel(["channel", *ACCOUNT])
        account_days = pd.DatetimeIndex(present[account]).sort_values()
        # From the channel's first day on, a day its account reports without it is a day of no spend.
        span = pd.date_range(days.index.min(), account_days.max(), freq="D")
        seen = span.isin(account_days)
        known = reported[account]  # a blank beside reported results is none, not unknown
        days = days.reindex(span)
        fill = np.where(seen, 0.0, np.nan)
        parts.append(
            pd.DataFrame(
                {
                    "channel": channel_name,
                    "day": span,
                    "spend": days["spend"].fillna(pd.Series(fill, span)).to_numpy(),
                    "result": days["_result"].fillna(pd.Series(fill, span)).to_numpy() if known else np.nan,
                    "present": seen,
                }
            )
        )
    if not parts:
        return pd.DataFrame({"channel": [], "day": pd.DatetimeIndex([]), "spend": [], "result": [], "present": []})
    grouped = pd.concat(parts).groupby(["channel", "day"], sort=True)
    out = grouped[["spend", "result"]].sum(min_count=1)
    out["present"] = grouped["present"].all()
    return out.reset_index()


def _weekly(daily: pd.DataFrame) -> pd.DataFrame:
    if daily.empty:
        return pd.DataFrame(columns=COLUMNS)
    week = daily["day"] - pd.to_timedelta(daily["day"].dt.day_of_week, unit="D")
    grouped = daily.assign(week=week).groupby(["channel", "week"], sort=True)
    out = grouped[["spend", "result"]].sum(min_count=1)
    out["complete"] = (grouped["present"].sum() == 7) & (grouped["day"].count() == 7)
    return out.reset_index()[COLUMNS]
