"""Decides which entities share a prior: those of one platform."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rules.entities import Ints
from rules.signals import SignalTable


def platform_numbers(table: SignalTable) -> Ints:
    """A whole number per entity, the same for entities of one platform."""
    out: Ints = pd.factorize(table.facts.entities["platform"], sort=True)[0].astype(np.int64)
    return out
