"""Decides how sure it is that an entity converts never, where conversions were due and none came.

The e-value starts anew with every conversion, as an e-detector does (Shin, Ramdas and Rinaldo 2023,
https://doi.org/10.51387/23-NEJSDS51): it is 1 over the chance that an entity which converts now and then
brings none for what was due in the window. An ad that stopped converting last month is found as well as one that never
did, which counts from a fixed origin would not allow; hence the higher least e-value.
"""

from __future__ import annotations

import numpy as np

from rules.entities import Bools, Floats, Ints
from rules.evidence_form import Evidence
from rules.methods.platforms import platform_numbers
from rules.methods.proof import Method, Proof
from rules.rate_ratios import growth_until
from rules.signals import SignalTable
from rules.silence import Silence, fit_silence

LEAST_E = 50.0


def _prove(evidence: Evidence, table: SignalTable) -> Proof:
    columns, due = table.columns, table.expected
    got = columns["conversions"]
    sure, log_e = np.full(len(got), np.nan), np.full(len(got), np.nan)
    if due is None:
        return Proof(sure, sure, log_e, {}, "spend", lambda at, _: sure[at])
    wanted, behind, spend = due.expected, due.conversions_behind, columns["spend"]
    platform = platform_numbers(table)
    usable = ~np.isnan(got) & (wanted > 0)
    fitted: dict[int, Silence] = {}
    for number in np.unique(platform[usable]).tolist():
        at = np.flatnonzero(usable & (platform == number))
        fitted[number] = fit_silence(got[at], wanted[at], behind[at])
        none = got[at] <= 0
        sure[at] = np.where(none, fitted[number].sure(wanted[at], behind[at]), 0.0)
        log_e[at] = np.where(none, fitted[number].log_e(wanted[at], behind[at]), -np.inf)

    def _more(at: Ints, asked: Evidence) -> Floats:
        out = np.full(len(at), np.nan)
        for number, told in fitted.items():
            own = usable[at] & (platform[at] == number) & (got[at] <= 0)
            some = at[own]
            growth = _growth(told, wanted[some], behind[some], asked)
            out[own] = spend[some] * (growth - 1.0)
        return out

    counted = {"spend": spend, "conversions": got, "conversions_due": wanted}
    return Proof(sure, due.chance_of_none, log_e, counted, "spend", _more)


def _growth(told: Silence, wanted: Floats, behind: Floats, evidence: Evidence) -> Floats:
    """The factor by which the spend must grow, with no conversion coming, until it settles; inf where never."""
    least_e = np.log(evidence.e_value or LEAST_E)

    def _settled(factor: Floats) -> Bools:
        more = wanted * factor
        out: Bools = (told.log_e(more, behind) >= least_e) & (told.sure(more, behind) >= 1.0 - evidence.fdr)
        return out

    return growth_until(_settled, len(wanted))


POISSON_ZERO = Method(_prove, fixed_origin=False, e_value=LEAST_E)
