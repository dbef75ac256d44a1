"""Ratios come from sums; what is missing stays missing."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from engine.metrics import additive, measured, metrics, sum_by, with_ratios


def test_names_are_the_fixed_ones():
    assert measured() == (
        "spend",
        "impressions",
        "clicks",
        "link_clicks",
        "reach",
        "frequency",
        "conversions",
        "conversions_value",
        "video_views",
    )


def test_reach_is_never_added():
    assert "reach" not in additive() and "frequency" not in additive()


def test_every_ratio_names_metrics_that_exist():
    for name, metric in metrics().items():
        if metric.kind == "ratio":
            assert metric.numerator in measured() and metric.denominator in measured(), name


def test_ratios_are_recomputed_from_sums_not_averaged():
    rows = pd.DataFrame({"ad": ["a", "a"], "clicks": [1.0, 99.0], "impressions": [10.0, 10_000.0]})
    assert with_ratios(sum_by(rows, ["ad"]))["ctr"].item() == pytest.approx(100 / 10_010)


def test_missing_is_not_zero():
    rows = pd.DataFrame({"ad": ["a", "a", "b"], "clicks": [np.nan, np.nan, 0.0], "spend": [np.nan, 5.0, 0.0]})
    sums = sum_by(rows, ["ad"]).set_index("ad")
    assert math.isnan(sums.loc["a", "clicks"]) and sums.loc["a", "spend"] == 5.0
    assert sums.loc["b", "clicks"] == 0.0


def test_zero_denominator_has_no_ratio():
    rows = pd.DataFrame({"spend": [10.0], "clicks": [0.0], "impressions": [0.0]})
    out = with_ratios(rows)
    assert math.isnan(out["cpc"].item()) and math.isnan(out["cpm"].item())
