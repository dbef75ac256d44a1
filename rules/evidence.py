"""Decides which flags together keep the share of false ones bounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.entities import Floats


def false_discovery_set(sure: Floats, eligible: NDArray[np.bool_], rate: float) -> tuple[NDArray[np.bool_], Floats]:
    """The largest set whose expected share of false flags is at most ``rate``, and each one's rank (1 = surest).

    Bayesian FDR: sorted by 1 - P, the running mean is the expected false share (Newton et al. 2004,
    https://doi.org/10.1093/biostatistics/5.2.155).
    """
    chosen = np.zeros(len(sure), dtype=bool)
    rank = np.full(len(sure), np.nan)
    at = np.flatnonzero(eligible & ~np.isnan(sure))
    if not len(at):
        return chosen, rank
    order = at[np.argsort(-sure[at], kind="stable")]
    running = np.cumsum(1.0 - sure[order]) / np.arange(1, len(order) + 1)
    rank[order] = np.arange(1, len(order) + 1)
    chosen[order[: int((running <= rate).sum())]] = True
    return chosen, rank
