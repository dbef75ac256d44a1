"""What most tools do, to measure beside it: CTR below a fraction of the peers' with a least number of impressions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tests.rules.judged_truth import Tally
from tests.rules.truth import Diary


class Cut(NamedTuple):
    """Flag what lies below ``ratio`` x the peers' click rate on ``least`` impressions or more."""

    ratio: float
    least: float


USUAL = Cut(0.8, 100)
RATIOS = tuple(np.arange(0.2, 0.85, 0.05).round(2).tolist())
LEASTS = (100, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 20_000)


def _against_peers(diary: Diary) -> tuple[np.ndarray, np.ndarray]:
    """Click rate as a ratio to that of the others of the ad group, and impressions."""
    shown, clicks = (diary.numbers[name].sum(axis=0).astype(float) for name in ("impressions", "clicks"))
    rest_shown, rest_clicks = (np.bincount(diary.group, weights=x)[diary.group] - x for x in (shown, clicks))
    rate = np.divide(
        rest_clicks, rest_shown, out=np.full(len(shown), np.nan), where=(rest_shown > 0) & (rest_clicks > 0)
    )
    return clicks / shown / rate, shown


def count(diaries: Iterable[Diary], cut: Cut) -> Tally:
    """What one cut flags."""
    out = Tally()
    for diary in diaries:
        ratio, shown = _against_peers(diary)
        flagged = (ratio < cut.ratio) & (shown >= cut.least)
        out.add((flagged, np.zeros(len(flagged), bool)), diary.bad)
    return out


def best_at(diaries: Sequence[Diary], false_share: float) -> Tally:
    """The cut with the most power among those with no larger share of false flags, chosen with the truth in hand."""
    tallies = [count(diaries, Cut(ratio, least)) for ratio in RATIOS for least in LEASTS]
    fair = [one for one in tallies if one.false_share <= false_share]
    return max(fair, key=lambda one: one.power)
