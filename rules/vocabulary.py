"""Decides which metrics a rule may name: the metric dictionary of the engine and the signals computed from it."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.metrics import metrics
from engine.packs import load_yaml, package_path

Needs = Literal[
    "sums", "expected", "lag", "peers", "delivery", "share", "reach", "trend", "usual", "wear", "roas", "plan", "states"
]
Source = Literal[
    "facts",
    "reach",
    "states",
    "plan",
    "hours",
    "credit",
    "budget",
    "token",
    "overlap",
    "probes",
    "auction",
    "target_roas",
]
SHARES_OF_ONE = ("ctr", "cvr")


class Signal(BaseModel):
    """One number known about an entity: its unit, its label, its bounds and what it is divided from.

    ``like`` names a metric that a ratio may be compared with; ``source`` says what must be imported for it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: Literal["money", "count", "ratio", "days", "probability", "flag", "score"]
    label: dict[str, str] = Field(min_length=2)
    numerator: str | None = None
    denominator: str | None = None
    needs: Needs = "sums"
    source: Source = "facts"
    like: str | None = None
    least: float | None = 0.0
    most: float | None = None

    @property
    def kind(self) -> str:
        """What it can be compared with: its unit, or for a ratio what is divided by what."""
        if self.like is not None:
            return signals()[self.like].kind
        if self.unit == "ratio" and self.numerator and self.denominator:
            return f"{self.numerator} / {self.denominator}"
        return self.unit


@cache
def signals() -> dict[str, Signal]:
    """Every metric a rule may name: the additive metrics and ratios, then the computed signals."""
    known: dict[str, Signal] = {}
    for name, metric in metrics().items():
        if not (metric.additive or metric.kind == "ratio"):
            continue  # reach and frequency of a day cannot be added up to a window
        unit = metric.unit or ("money" if metric.kind == "money" else "count")
        most = 1.0 if name in SHARES_OF_ONE else None
        parts = {"numerator": metric.numerator, "denominator": metric.denominator}
        known[name] = Signal(unit=unit, label=metric.label, most=most, **parts)
    loaded = load_yaml(package_path("rules") / "signals.yaml")
    return known | {name: Signal.model_validate(entry) for name, entry in loaded.items()}


@cache
def signal_names() -> tuple[str, ...]:
    """The names, in order."""
    return tuple(signals())


@cache
def sides_of(name: str) -> tuple[str, ...]:
    """Against what of its own a metric can be held (``than: {of: ...}``); only what is added up over days can."""
    if signals()[name].needs != "sums":
        return ()
    sides = ["previous", "same_weekday", "first_days", "parent", "rest", "peers"]
    return (*sides, *(["target"] if name in ("cpa", "roas") else []), *(["plan"] if name == "spend" else []))
