r"""Decides how spend carries over: geometric adstock, normalised so that steady spend is its own stock.

Day by day the stock is $c_t = \theta c_{t-1} + (1 - \theta) x_t$. Over a week of even spend both the week's mean
stock and its last stock are linear in the stock before it and the week's spend, so carry-over stays linear rows.
"""

from __future__ import annotations

import numpy as np

from optimizer.curves.curve import Array


def stock_of(spend: Array, theta: float, before: float) -> Array:
    """Stock of every step, given the stock ``before`` the first one."""
    if theta == 0.0:
        return spend
    from scipy.signal import lfilter  # loads all of scipy's statistics, which nothing but this needs

    found, _ = lfilter([1.0 - theta], [1.0, -theta], spend, zi=np.array([theta * before]))
    return np.asarray(found, dtype=np.float64)
