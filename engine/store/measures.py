"""Decides how measured values lie in the database: whole numbers, money and fractional counts in millionths."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics import metrics
from engine.store.tables import Fact
from engine.store.types import Ints

# Stands for "not measured" in the arrays; in the database that is NULL.
NONE = np.iinfo(np.int64).min
MILLION = 1_000_000
MEASURES: tuple[str, ...] = tuple(c.name for c in Fact.__table__.columns if c.name in metrics())


def to_stored(column: pd.Series, name: str) -> Ints:
    """A column as it is read (money micros, counts, real numbers) in stored form."""
    if metrics()[name].kind == "real":
        values = column.to_numpy(dtype="float64", na_value=np.nan)
        known = np.isfinite(values)
        return np.where(known, np.rint(np.where(known, values, 0.0) * MILLION), NONE).astype(np.int64)
    return column.to_numpy(dtype="int64", na_value=NONE)


def to_frame(column: Ints, name: str) -> npt.NDArray[np.float64]:
    """A stored column in the units that analysis works in; not measured is NaN."""
    scale = 1 if metrics()[name].kind == "count" else MILLION
    return np.where(column == NONE, np.nan, column / scale)


def to_values(column: Ints) -> list[int | None]:
    """A stored column as the driver takes it."""
    missing = column == NONE
    if not missing.any():
        return list(column.tolist())
    values = column.astype(object)
    values[missing] = None
    return list(values)
