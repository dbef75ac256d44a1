"""Decides what is measured on one sample, and whether the pooled figures keep the promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LOSS_THAT_COUNTS = 0.10
LEAST_CLOSED = 0.70
WORST_CHANGE = -0.01
LEAST_PRECISION = 0.85
LEAST_RECALL = 0.60


@dataclass(frozen=True, slots=True)
class Score:
    """One sample: plans in true conversions, creatives and copy in counts."""

    family: str
    seed: int
    current: float
    proposed: float
    best: float
    flagged: int
    flagged_bad: int
    bad_with_data: int
    bad_with_data_flagged: int
    alerts: int
    alerts_right: int
    silent: int
    illegal: int
    illegal_blocked: int
    lawful: int
    lawful_blocked: int
    seconds: float
    misses: tuple[str, ...] = ()

    @property
    def loss(self) -> float:
        """What the current plan leaves on the table, as a share of the best."""
        return 1.0 - self.current / self.best

    @property
    def closed(self) -> float:
        """Share of that loss the proposal closes."""
        return (self.proposed - self.current) / (self.best - self.current)

    @property
    def change(self) -> float:
        """Proposal against the current plan."""
        return self.proposed / self.current - 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One promise with its figure."""

    promise: str
    figure: str
    kept: bool


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def promise_lines(scores: Sequence[Score]) -> list[Line]:
    """Every promise over all samples; the loss closed also for each family alone."""
    lines = []
    for family in sorted({score.family for score in scores}):
        lossy = [score.closed for score in scores if score.family == family and score.loss >= LOSS_THAT_COUNTS]
        figure = f"{median(lossy):.0%} over {len(lossy)} seeds" if lossy else "no seed loses 10 %"
        promise = f"{family}: median share of the loss closed, at least {LEAST_CLOSED:.0%}"
        lines.append(Line(promise, figure, not lossy or median(lossy) >= LEAST_CLOSED))
    worst = min(scores, key=lambda score: score.change)
    lines.append(
        Line(
            f"worst change against the current plan, never under {WORST_CHANGE:.0%}",
            f"{worst.change:+.2%} ({worst.family} seed {worst.seed})",
            worst.change >= WORST_CHANGE,
        )
    )
    flagged, right = sum(s.flagged for s in scores), sum(s.flagged_bad for s in scores)
    bad, found = sum(s.bad_with_data for s in scores), sum(s.bad_with_data_flagged for s in scores)
    silent, alerts = sum(s.silent for s in scores), sum(s.alerts for s in scores)
    alerts_right = sum(s.alerts_right for s in scores)
    illegal, blocked = sum(s.illegal for s in scores), sum(s.illegal_blocked for s in scores)
    lawful, wronged = sum(s.lawful for s in scores), sum(s.lawful_blocked for s in scores)
    precision, recall = _ratio(right, flagged), _ratio(found, bad)
    return [
        *lines,
        Line(
            "flagged creatives truly bad, at least 85%", f"{precision:.1%} of {flagged}", precision >= LEAST_PRECISION
        ),
        Line("bad creatives with enough data flagged, at least 60%", f"{recall:.1%} of {bad}", recall >= LEAST_RECALL),
        Line("something is flagged at all", f"{flagged}", flagged > 0),
        Line(
            "zero-delivery alerts right, at least 85%",
            f"{alerts_right} of {alerts} alerts, {silent} silent",
            _ratio(alerts_right, alerts) >= LEAST_PRECISION,
        ),
        Line("illegal copy blocked, all", f"{blocked} of {illegal}", blocked == illegal and illegal > 0),
        Line("lawful copy blocked, none", f"{wronged} of {lawful}", wronged == 0 and lawful > 0),
    ]
