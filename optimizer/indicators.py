"""Decides which of a platform's unlike results is counted: purchases and link clicks are never added."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from engine.messages import Message


def one_result_a_platform(
    rows: pd.DataFrame, result: str, wanted: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Message]]:
    """Rows whose result indicator is the one counted on their platform; the rest leave the plan with a warning.

    Only ``conversions`` carries an indicator. Where none is ``wanted``, the indicator with most spend is counted.
    Rows without an indicator belong to whatever their platform counts.
    """
    if result != "conversions" or "result_indicator" not in rows.columns:
        return rows, []
    indicator = rows["result_indicator"].fillna("").astype(str)
    warnings: list[Message] = []
    keep = pd.Series(True, index=rows.index)
    for platform in sorted(rows["platform"].astype(str).unique()):
        here = rows["platform"] == platform
        spends = rows.loc[here & (indicator != "")].groupby(indicator, sort=True)["spend"].sum()
        if len(spends) < 2 and platform not in wanted:
            continue
        counted = wanted.get(platform) or str(spends.sort_values(ascending=False, kind="stable").index[0])
        others = here & (indicator != "") & (indicator != counted)
        if not others.any():
            continue
        keep &= ~others
        values = {
            "platform": platform,
            "counted": counted,
            "left_out": "、".join(sorted(set(indicator[others]))),
            "spend": f"{float(rows.loc[others, 'spend'].sum()):,.0f}",
        }
        warnings.append(Message("optimizer.history.unlike_results", values))
    return rows.loc[keep], warnings
