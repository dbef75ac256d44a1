"""Ways to weigh evidence, one per file, named in a pack as ``evidence.method``.

SignalTable -> Method.prove -> Proof (sure, false_rate, log_e, more) -> rules.flags -> flagged, and what is missing.
"""

from __future__ import annotations

from rules.evidence_form import MethodName
from rules.methods.cpa_gamma import CPA_GAMMA
from rules.methods.ctr_below_peers import CTR_BELOW_PEERS
from rules.methods.facts import FACTS
from rules.methods.poisson_zero import POISSON_ZERO
from rules.methods.proof import Method

METHODS: dict[MethodName, Method] = {
    "none": FACTS,
    "poisson_zero": POISSON_ZERO,
    "ctr_below_peers": CTR_BELOW_PEERS,
    "cpa_gamma": CPA_GAMMA,
}
