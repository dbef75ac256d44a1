"""Decides how sure it is that a conversion truly costs more (or less) than a multiple of what it may cost.

Conversions per due conversion (spend / target CPA) are weighed as clicks per due click are (``rules.rate_ratios``): a
Poisson count with a Gamma-like prior fitted to the platform's own entities. The error of a target learned from few
conversions, and the clustering of conversions in time (``rules.dispersion``), both make it less sure.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rules.comparisons import ABOVE
from rules.dispersion import dispersion
from rules.entities import Floats, Ints
from rules.evidence_form import SURE, Evidence
from rules.expected import LEAST_CONVERSIONS, rest_of
from rules.methods.platforms import platform_numbers
from rules.methods.proof import Method, Proof
from rules.peers import shape_by_moments
from rules.rate_ratios import rate_ratios
from rules.signals import SignalTable
from rules.windows import divide

EXACT = 1e-3  # log error of a target that somebody set


def _due(evidence: Evidence, table: SignalTable) -> tuple[Floats, Floats]:
    """Conversions due per entity, and the log error of what they were taken from; NaN where not known."""
    columns, size = table.columns, len(table.facts.entities)
    if evidence.against == "target":
        if table.expected is None:
            return np.full(size, np.nan), np.full(size, np.nan)
        behind = table.expected.conversions_behind
        return table.expected.expected, np.where(table.expected.given, EXACT, np.sqrt(divide(np.ones(size), behind)))
    by = table.facts.entities[ABOVE.get(table.facts.level, "account_key")]
    pool = pd.factorize(by)[0].astype(np.int64)
    both = ~np.isnan(columns["spend"]) & ~np.isnan(columns["conversions"])
    spend, got = (np.where(both, columns[name], 0.0) for name in ("spend", "conversions"))
    rest_spend, rest_got = (rest_of(values, pool) for values in (spend, got))
    enough = (rest_got >= LEAST_CONVERSIONS) & (rest_spend > 0)
    cost = np.where(enough, rest_spend, np.nan) / np.fmax(rest_got, 1.0)
    reported = columns["reported_now"]  # both sides lag: what counts is by how much more the one does
    rest_reported = divide(rest_of(spend * reported, pool), rest_spend)
    return divide(columns["spend"] * divide(reported, rest_reported), cost), np.where(
        enough, 1.0 / np.sqrt(np.fmax(rest_got, 1.0)), np.nan
    )


def _shapes(counts: Floats, due: Floats, platform: Ints) -> Floats:
    """The k of every entity's platform, by moments."""
    shape, known = np.ones(len(counts)), ~np.isnan(due) & ~np.isnan(counts)
    for number in np.unique(platform[known]):
        own = known & (platform == number)
        shape[own] = shape_by_moments(counts[own], due[own])
    return shape


def _prove(evidence: Evidence, table: SignalTable) -> Proof:
    columns, platform = table.columns, platform_numbers(table)
    due, log_error = _due(evidence, table)
    clustered = dispersion(table, platform)
    counts, wanted = columns["conversions"] / clustered, due / clustered
    shape = _shapes(counts, wanted, platform)
    said = rate_ratios(counts, wanted, log_error * np.sqrt(clustered), shape, platform, 1.0 / evidence.ratio)
    cheap = evidence.tail == "below"
    sure = 1.0 - said.below if cheap else said.below

    def _more(at: Ints, asked: Evidence) -> Floats:
        growth = said.growth_until_sure(at, max(SURE, asked.sure), tail_above=cheap)
        out: Floats = columns["spend"][at] * (growth - 1.0)
        return out

    counted = {
        "spend": columns["spend"],
        "conversions": columns["conversions"],
        "conversions_due": due,
        "dispersion": clustered,
    }
    return Proof(sure, 1.0 - sure, -said.log_e if cheap else said.log_e, counted, "spend", _more)


CPA_GAMMA = Method(_prove, fixed_origin=True, e_value=20.0)
