"""Decides what a judgement is told beside the facts: states, plan lines and reporting lags, all as of its morning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from rules.reporting_lag import LagCurve


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What is planned to be spent on one channel (``meta/OUTCOME_SALES``, or a platform) from one day to another.

    Lines of one channel under one ``flight`` are parts of one plan, such as its weeks; a line without one is a plan.
    """

    channel: str
    start: date
    end: date
    spend: float
    flight: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """Everything optional; what is left out makes the signals that need it answer "no data".

    ``states`` has one row per entity as last exported: ``platform``, ``level``, ``id``, and any of the columns that
    ``rules.told_signals`` reads (``review``, ``learning``, ``daily_budget``, ``audience_overlap`` ...). ``lag`` holds a
    curve per platform; a platform without one is judged by the assumed curve.
    """

    states: pd.DataFrame | None = None
    plan: tuple[PlanLine, ...] = ()
    lag: Mapping[str, LagCurve] = field(default_factory=dict)
