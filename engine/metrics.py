"""Decides what each metric means and how it is added up: ratios from sums, never averaged."""

from __future__ import annotations

from functools import cache
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine.packs import load_yaml, package_path


class Metric(BaseModel):
    """One metric of ``engine/metrics.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["money", "count", "real", "ratio"]
    label: dict[str, str]
    additive: bool = False
    numerator: str | None = None
    denominator: str | None = None
    scale: int = 1
    unit: Literal["money", "ratio"] | None = None


@cache
def metrics() -> dict[str, Metric]:
    """The metric dictionary by name, in file order."""
    loaded = load_yaml(package_path("engine") / "metrics.yaml")
    return {name: Metric.model_validate(entry) for name, entry in loaded.items()}


def measured() -> tuple[str, ...]:
    """Metrics that exports carry (everything but ratios)."""
    return tuple(name for name, metric in metrics().items() if metric.kind != "ratio")


def additive() -> tuple[str, ...]:
    """Metrics whose rows may be added."""
    return tuple(name for name, metric in metrics().items() if metric.additive)


def sum_by(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Additive metrics of ``frame`` summed by ``by``; a group with no value at all stays missing, not 0."""
    present = [name for name in additive() if name in frame.columns]
    return frame.groupby(by, observed=True, dropna=False, sort=True)[present].sum(min_count=1).reset_index()


def with_ratios(sums: pd.DataFrame) -> pd.DataFrame:
    """``sums`` with every ratio whose parts are present; a zero denominator gives NaN."""
    out = sums.copy()
    for name, metric in metrics().items():
        if metric.kind == "ratio" and metric.numerator in out.columns and metric.denominator in out.columns:
            below = out[metric.denominator].astype("float64")
            above = out[metric.numerator].astype("float64") * metric.scale
            out[name] = above.div(below.where(below != 0))
    return out
