"""Decides how sure it is that an ad's true click rate lies below a fraction of its peers'.

Empirical Bayes over the ads of the platform (``rules.rate_ratios``); the error of the peers' rate is part of it.
"""

from __future__ import annotations

import numpy as np

from rules.entities import Floats, Ints
from rules.evidence_form import SURE, Evidence
from rules.methods.platforms import platform_numbers
from rules.methods.proof import Method, Proof
from rules.rate_ratios import rate_ratios
from rules.signals import SignalTable


def _prove(evidence: Evidence, table: SignalTable) -> Proof:
    columns, peers = table.columns, table.peers
    shown, clicks = columns["impressions"], columns["clicks"]
    if peers is None:
        missing = np.full(len(shown), np.nan)
        return Proof(missing, missing, missing, {}, "impressions", lambda at, _: missing[at])
    due = np.where(clicks <= shown, shown * peers.rate, np.nan)
    said = rate_ratios(clicks, due, peers.log_error, peers.shape, platform_numbers(table), evidence.ratio)

    def _more(at: Ints, asked: Evidence) -> Floats:
        out: Floats = shown[at] * (said.growth_until_sure(at, max(SURE, asked.sure)) - 1.0)
        return out

    counted = {"impressions": shown, "clicks": clicks, "clicks_due": due}
    return Proof(said.below, 1.0 - said.below, said.log_e, counted, "impressions", _more)


CTR_BELOW_PEERS = Method(_prove, fixed_origin=True, e_value=20.0)
