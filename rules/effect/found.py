"""Decides what is said of an effect: how large, between which limits, shown by what, and how far to trust it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.messages import Language, Message, Value, render

Basis = Literal["holdout", "did", "its"]
Trust = Literal["high", "medium", "low"]
Because = Literal["chance", "parallel", "pre_trend", "unseen_trend", "before_after"]
Better = Literal["higher", "lower"]
LEAST_ARM = 20
TRUST_OF: dict[Because, Trust] = {
    "chance": "high",
    "parallel": "medium",
    "pre_trend": "low",
    "unseen_trend": "low",
    "before_after": "low",
}
RANK: dict[Trust, int] = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is measured, a ratio of two sums: ``name`` has a sentence in ``rules.effect.outcome``.

    Spend is none of them: that a paused ad spends less says nothing for the rule (``money.saved_by`` tells how much).
    """

    name: str
    better: Better


_BETTER: dict[str, Better] = {
    "ctr": "higher",
    "cvr": "higher",
    "roas": "higher",
    "cpa": "lower",
    "cpc": "lower",
    "cpm": "lower",
}
OUTCOMES = {name: Outcome(name, better) for name, better in _BETTER.items()}


@dataclass(frozen=True, slots=True)
class Effect:
    """A relative effect (0.12 is 12 % more) with its 95 % limits, or why there is none (``lacks``).

    ``acted_on`` and ``compared`` count entities, days for an interrupted series. ``because`` says what the trust
    rests on.
    """

    outcome: Outcome
    basis: Basis
    because: Because
    acted_on: int
    compared: int
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    lacks: Message | None = None
    measured: dict[str, float] = field(default_factory=dict)

    @property
    def trust(self) -> Trust:
        """High for a random holdout, medium for peers that ran alike before, else low."""
        return TRUST_OF[self.because]

    @property
    def enough(self) -> bool:
        """Whether there is an interval at all."""
        return self.lacks is None

    @property
    def shown(self) -> Literal["better", "worse", "none", "not_enough"]:
        """What the interval shows: an effect to the better, to the worse, or none that chance could not bring."""
        if not self.enough:
            return "not_enough"
        if self.low <= 0 <= self.high:
            return "none"
        return "better" if (self.low > 0) == (self.outcome.better == "higher") else "worse"

    @property
    def says(self) -> Message:
        """One plain sentence."""
        values: dict[str, Value] = {
            "basis": f"effect.basis.{self.basis}",
            "trust": f"effect.trust.{self.because}",
            "outcome": f"effect.outcome.{self.outcome.name}",
            "acted_on": f"{self.acted_on:,}",
            "compared": f"{self.compared:,}",
        }
        if self.lacks is not None:
            return Message("rules.effect.not_enough", {**values, **self.lacks.values, "lacks": _local(self.lacks)})
        limits = {name: percent(getattr(self, name)) for name in ("value", "low", "high")}
        return Message(f"rules.effect.shown_{self.shown}", {**values, **limits})

    def as_dict(self, language: Language = "zh-TW") -> dict[str, Any]:
        """JSON-ready, with its sentence in ``language``; numbers are null where there are not enough data."""
        numbers = {name: number(getattr(self, name)) for name in ("value", "low", "high")}
        return {
            "outcome": self.outcome.name,
            "better": self.outcome.better,
            "basis": self.basis,
            "trust": self.trust,
            "because": self.because,
            **numbers,
            "shown": self.shown,
            "acted_on": self.acted_on,
            "compared": self.compared,
            "measured": {name: number(value) for name, value in self.measured.items()},
            "sentence": render(self.says, language),
        }


def percent(share: float) -> str:
    """A share as people read a change: ``+12.3%``."""
    return f"{share:+.1%}"


def number(value: float) -> float | None:
    """What JSON can carry: null for what is not finite."""
    return round(value, 6) if math.isfinite(value) else None


def too_few(outcome: Outcome, basis: Basis, because: Because, counts: tuple[int, int]) -> Effect | None:
    """The answer for arms below ``LEAST_ARM``, with how many more each needs; None where both suffice."""
    if min(counts) >= LEAST_ARM:
        return None
    more = [max(LEAST_ARM - count, 0) for count in counts]
    lacks = Message(f"rules.effect.lacks.{basis}", {"more_acted_on": more[0], "more_compared": more[1]})
    return Effect(outcome, basis, because, *counts, lacks=lacks)


def no_events(outcome: Outcome, basis: Basis, because: Because, counts: tuple[int, int]) -> Effect:
    """The answer for arms in which too little happened to compare them."""
    return Effect(outcome, basis, because, *counts, lacks=Message("rules.effect.lacks.events"))


def _local(message: Message) -> str:
    """A message as a phrase of a sentence of the same package."""
    return message.id.partition(".")[2]
