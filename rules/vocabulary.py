"""Decides which metrics a rule may name: the metric dictionary of the engine and the signals computed from it."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.metrics import metrics
from engine.packs import load_yaml, package_path


class Signal(BaseModel):
    """One number known about an entity: its unit, its label and what it is divided from."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: Literal["money", "count", "ratio", "days", "probability"]
    label: dict[str, str] = Field(min_length=2)
    numerator: str | None = None
    denominator: str | None = None
    needs: Literal["sums", "expected", "peers", "delivery"] = "sums"


@cache
def signals() -> dict[str, Signal]:
    """Every metric a rule may name: the additive metrics and ratios, then the computed signals."""
    known: dict[str, Signal] = {}
    for name, metric in metrics().items():
        if not (metric.additive or metric.kind == "ratio"):
            continue  # reach and frequency of a day cannot be added up to a window
        unit = metric.unit or ("money" if metric.kind == "money" else "count")
        known[name] = Signal(unit=unit, label=metric.label, numerator=metric.numerator, denominator=metric.denominator)
    loaded = load_yaml(package_path("rules") / "signals.yaml")
    return known | {name: Signal.model_validate(entry) for name, entry in loaded.items()}


@cache
def signal_names() -> tuple[str, ...]:
    """The names, in order."""
    return tuple(signals())
