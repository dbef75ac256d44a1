"""Decides which channels a problem file names: their curves, and what each may spend, with every fault of them told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array, Family, families
from optimizer.curves.families.tabulated import Tabulated
from optimizer.doors.faults import shown
from optimizer.doors.table import Table

# Family in a file -> family here, its parameters; all of them above 0, those of ZERO at least 0 and 0 if absent.
FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "log": ("log", ("a", "b")),
    "power": ("power", ("a", "p")),
    "mm": ("michaelis_menten", ("a", "k")),
    "michaelis_menten": ("michaelis_menten", ("a", "k")),
    "hill": ("hill", ("a", "k", "s", "c")),
    "logistic": ("logistic", ("a", "l")),
    "tanh": ("tanh", ("a", "b")),
    "tabulated": ("tabulated", ("points", "values")),
}
ZERO = "c"
LARGEST = 1e300  # response of all channels together that can still be added up
LIMITS = ("lb", "ub", "min_if_active", "lock", "share_floor", "share_cap")
# Limits of which the first may not be above the second.
ORDERED = (
    ("lb", "ub"),
    ("lb", "lock"),
    ("lock", "ub"),
    ("min_if_active", "ub"),
    ("min_if_active", "lock"),
    ("share_floor", "share_cap"),
)
COMMON = frozenset({"name", "family", *LIMITS})
KEYS = {name: COMMON | set(letters) for name, (_, letters) in FAMILIES.items()}
EVERY_KEY = COMMON.union(*KEYS.values())


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of a file in its order; NaN in a limit is no limit."""

    names: list[str]
    curves: list[Family]
    limits: dict[str, Array]

    def given(self, limit: str) -> dict[str, float]:
        """A limit by channel, where there is one."""
        values = self.limits[limit]
        return {self.names[row]: float(values[row]) for row in np.flatnonzero(~np.isnan(values))}


def read_channels(table: Table, budget: float) -> Channels:
    """The channels of ``table``; faults go where the table's go, and the answer is of use only if there are none."""
    names = table.names()
    limits = {key: table.numbers(key) for key in LIMITS}
    _check_limits(table, limits)
    found: list[Family | None] = [None] * len(table)
    for family, rows in _by_family(table).items():
        part = _Part(table, rows)
        curves = _tables(part) if family == "tabulated" else _analytic(part, family)
        for row, curve in zip(rows, curves, strict=True):
            found[row] = curve
    whole = [curve for curve in found if curve is not None]
    if len(whole) == len(found):
        _check_reach(table, whole, np.fmin(limits["ub"], budget))
    return Channels(names, whole, limits)


def _check_limits(table: Table, limits: dict[str, Array]) -> None:
    """Limits of one channel that contradict each other; those of several channels are the optimizer's to explain."""
    for key, other in ORDERED:
        with np.errstate(invalid="ignore"):
            broken = limits[key] > limits[other]
        if (key, other) == ("min_if_active", "lock"):
            broken &= limits[other] > 0
        for row in np.flatnonzero(broken):
            least, most = shown(float(limits[key][row])), shown(float(limits[other][row]))
            table.fault(int(row), key, "crossed", low=key, least=least, high=other, most=most)
    for key in ("share_floor", "share_cap"):
        with np.errstate(invalid="ignore"):
            broken = limits[key] > 1.0
        for row in np.flatnonzero(broken):
            table.fault(int(row), key, "above_one", found=shown(table.rows[row][key]))


def _by_family(table: Table) -> dict[str, list[int]]:
    """The rows of every family; unknown ones and keys that mean nothing are told."""
    rows: dict[str, list[int]] = {}
    fine: set[tuple[str, ...]] = set()  # most channels of a family are written alike
    for row, each in enumerate(table.rows):
        family = each.get("family")
        if isinstance(family, str) and family in FAMILIES:
            rows.setdefault(family, []).append(row)
            written = (family, *each)
            if written not in fine:
                if each.keys() <= KEYS[family]:
                    fine.add(written)
                table.known(row, KEYS[family])
            continue
        if family is None:
            table.fault(row, "family", "missing", name="family")
        else:
            table.fault(row, "family", "unknown_family", found=shown(family), known=", ".join(FAMILIES))
        if not each.keys() <= EVERY_KEY:
            table.known(row, EVERY_KEY)
    return rows


class _Part(Table):
    """Some rows of a table, under their own places."""

    def __init__(self, table: Table, rows: list[int]) -> None:
        self.name, self.faults = table.name, table.faults
        self.rows = [table.rows[row] for row in rows]
        self.places = [table.places[row] for row in rows]


def _analytic(part: Table, family: str) -> list[Family | None]:
    kind, letters = families()[FAMILIES[family][0]], FAMILIES[family][1]
    columns = []
    for letter in letters:
        if letter == ZERO:
            columns.append(np.nan_to_num(part.numbers(letter)))
            continue
        low = "curve_falls" if letter == "a" else "not_positive"
        columns.append(part.numbers(letter, needed=True, low=low))
    if family == "power":
        with np.errstate(invalid="ignore"):
            steep = columns[1] > 1.0
        for row in np.flatnonzero(steep):
            part.fault(int(row), "p", "power_above_one", found=shown(part.rows[row]["p"]))
    fine = ~np.isnan(np.sum(columns, axis=0))
    # Positional arguments: a family's fields come in the order of the letters, ``a`` first.
    made = zip(*(column.tolist() for column in columns), strict=True)
    return [kind(*values) if good else None for values, good in zip(made, fine, strict=True)]


def _tables(part: Table) -> list[Family | None]:
    out: list[Family | None] = []
    for row, each in enumerate(part.rows):
        before = part.faults.count
        points, values = (_series(part, row, key, each.get(key)) for key in ("points", "values"))
        if points is not None and values is not None:
            _check_table(part, row, points, values)
        sound = points is not None and values is not None and part.faults.count == before
        out.append(Tabulated(a=values, x=points) if sound else None)
    return out


def _series(part: Table, row: int, key: str, given: object) -> Array | None:
    """A list of numbers, none below 0."""
    if given is None:
        part.fault(row, key, "missing", name=key)
        return None
    if not isinstance(given, list):
        part.fault(row, key, "not_list", found=shown(given))
        return None
    numbers = np.array([value if type(value) is float else np.nan for value in given], dtype=np.float64)
    unfit = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0.0)))
    for at in unfit:
        part.fault(row, f"{key}[{at}]", "not_amount", found=shown(given[at]))
    return None if len(unfit) else numbers


def _check_table(part: Table, row: int, points: Array, values: Array) -> None:
    if len(points) != len(values):
        part.fault(row, "values", "table_lengths", points=len(points), values=len(values))
    elif not len(points) or points[-1] <= 0.0:
        part.fault(row, "points", "table_short")
    else:
        for at in np.flatnonzero(np.diff(points) <= 0.0) + 1:
            pair = {"value": shown(float(points[at])), "before": shown(float(points[at - 1]))}
            part.fault(row, f"points[{at}]", "table_points", **pair)
        for at in np.flatnonzero(np.diff(values) < 0.0) + 1:
            pair = {"value": shown(float(values[at])), "before": shown(float(values[at - 1]))}
            part.fault(row, f"values[{at}]", "table_falls", **pair)


def _check_reach(table: Table, curves: list[Family], reach: Array) -> None:
    """Numbers so far apart that a response overflows cannot be compared with any other."""
    with np.errstate(all="ignore"):
        most = CurveBank(curves).value(np.nan_to_num(reach)) if curves else np.empty(0)
    for row in np.flatnonzero(~(most <= LARGEST / max(len(curves), 1))):
        table.fault(int(row), "", "too_large", spend=shown(float(reach[row])))
