"""Decides how a list of objects becomes columns: numbers checked a column at a time, so that length costs little."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from typing import Any, TypeGuard

import numpy as np

from engine.messages import Value
from optimizer.curves.curve import Array
from optimizer.doors.faults import Faults, shown

LONGEST_NAME = 200
NEAR = 0.7  # likeness from which a key is taken for a slip of the pen
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Table:
    """The objects of one list of the file, such as ``channels``."""

    def __init__(self, document: Mapping[str, Any], name: str, faults: Faults) -> None:
        self.name, self.faults = name, faults
        given = document.get(name)
        if given is not None and not isinstance(given, list):
            faults.add(name, "not_list", found=shown(given))
            given = None
        self.rows: list[dict[str, Any]] = []
        self.places: list[int] = []
        for place, row in enumerate(given or ()):
            if isinstance(row, dict):
                self.rows.append(row)
                self.places.append(place)
            else:
                faults.add(f"{name}[{place}]", "not_object_here", found=shown(row))

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, row: int, key: str = "") -> str:
        """The place of a value in the file."""
        return f"{self.name}[{self.places[row]}]" + (f".{key}" if key else "")

    def fault(self, row: int, key: str, name: str, /, **values: Value) -> None:
        """A fault of one value."""
        self.faults.add(self.where(row, key), name, **values)

    def numbers(self, key: str, *, needed: bool = False, low: str = "negative") -> Array:
        """The numbers under ``key``, NaN where there is none; never below 0.

        ``needed``: every row must have one. ``low`` is the fault of a number that is too low; for any other than
        "negative" 0 is too low as well. A number that does not fit is told and counts as none.
        """
        values = [row.get(key) for row in self.rows]
        kinds = set(map(type, values))
        if kinds == {type(None)} and not needed:
            return np.full(len(values), np.nan)
        if kinds <= {float}:
            out, given = np.array(values, dtype=np.float64), np.ones(len(values), dtype=bool)
        else:
            out = np.array([value if type(value) is float else 0.0 for value in values])
            given = np.array([value is not None for value in values], dtype=bool)
            typed = np.array([type(value) is float for value in values], dtype=bool)
            for row in np.flatnonzero(given & ~typed):
                self.fault(int(row), key, "not_number", found=shown(values[row]))
        for row in np.flatnonzero(~np.isfinite(out)):
            self.fault(int(row), key, "not_finite", found=shown(values[row]))
        out = np.where(given, out, np.nan) if kinds <= {float, type(None)} else np.where(given & typed, out, np.nan)
        for row in np.flatnonzero(~given) if needed else ():
            self.fault(int(row), key, "missing", name=key)
        with np.errstate(invalid="ignore"):
            unfit = np.isfinite(out) & ((out < 0.0) if low == "negative" else (out <= 0.0))
        for row in np.flatnonzero(unfit):
            self.fault(int(row), key, low, found=shown(values[row]))
        return np.where(np.isfinite(out) & ~unfit, out, np.nan)

    def names(self, key: str = "name", otherwise: str | None = None) -> list[str]:
        """The names under ``key``, all different; "" where one does not fit.

        All have to be there, unless rows without one are to be called ``otherwise`` and their number.
        """
        values = [row.get(key) for row in self.rows]
        if _are_names(values):
            return values
        out, seen = [], dict[str, int]()
        for row, value in enumerate(values):
            if value is None and otherwise is not None:
                out.append(f"{otherwise}{row}")
                continue
            if value is None:
                self.fault(row, key, "missing", name=key)
            elif not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or _UNFIT.search(value):
                self.fault(row, key, "bad_name", found=shown(value), most=LONGEST_NAME)
            elif value in seen:
                self.fault(row, key, "same_name", found=value[:80], first=self.where(seen[value]))
            else:
                seen[value] = row
                out.append(value)
                continue
            out.append("")
        return out

    def known(self, row: int, keys: Collection[str]) -> None:
        """Tells every key of a row that means nothing there, with the nearest that does."""
        for key in self.rows[row].keys() - keys:
            tell_unknown(self.faults, self.where(row, key[:LONGEST_NAME]), key, keys)


def _are_names(values: list[Any]) -> TypeGuard[list[str]]:
    """Whether all of them are different names; one look at all together costs less than one at each."""
    return (
        set(map(type, values)) == {str}
        and len(set(values)) == len(values)
        and 0 < min(map(len, values))
        and max(map(len, values)) <= LONGEST_NAME
        and not _UNFIT.search("".join(values))
    )


def tell_unknown(faults: Faults, place: str, key: str, known: Collection[str]) -> None:
    """The fault of a key that means nothing."""
    near = difflib.get_close_matches(key[:80], sorted(known), 1, NEAR) if faults.told else []
    values = {"name": key[:80], "known": ", ".join(sorted(known))}
    if near:
        faults.add(place, "unknown_key_near", near=near[0], **values)
    else:
        faults.add(place, "unknown_key", **values)
