"""Decides the shape every source is brought to: a header row, columns of text, and the file row of each line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of few distinct texts: ``values[codes[i]]`` is the text of row ``i``."""

    codes: Codes
    values: tuple[str, ...]

    def where(self, wanted: Bools) -> Bools:
        """Which rows hold a value whose flag in ``wanted`` (one a value) is set."""
        return wanted[self.codes]

    def at(self, row: int) -> str:
        """The text of one row."""
        return self.values[int(self.codes[row])]

    @property
    def empty(self) -> Bools:
        """Which rows hold no text."""
        return self.where(np.array([value == "" for value in self.values], dtype=bool))

    @property
    def filled(self) -> bool:
        """Whether any row holds a text."""
        return bool((~self.empty).any())

    def renamed(self, names: Mapping[str, str]) -> Labels:
        """The column with each casefolded text of ``names`` replaced; texts that become the same share a code."""
        places: dict[str, int] = {}
        targets = [places.setdefault(names.get(text.casefold(), text), len(places)) for text in self.values]
        return Labels(np.asarray(targets, dtype=np.int32)[self.codes], tuple(places))

    def categorical(self) -> pd.Categorical:
        """The column as pandas keeps it."""
        return pd.Categorical.from_codes(self.codes, categories=pd.Index(self.values, dtype="str"))

    @classmethod
    def constant(cls, value: str, rows: int) -> Labels:
        """The same text on every row."""
        return cls(np.zeros(rows, dtype=np.int32), (value,))

    @classmethod
    def of(cls, column: pa.DictionaryArray, missing: frozenset[str] = frozenset()) -> Labels:
        """Trimmed texts; what a casefolded value of ``missing`` stands for becomes the empty text."""
        renamed: dict[str, int] = {}
        targets = []
        for value in column.dictionary.to_pylist():
            text = " ".join((value or "").split())
            text = "" if text.casefold() in missing else text
            targets.append(renamed.setdefault(text, len(renamed)))
        codes = np.asarray(column.indices.to_numpy(zero_copy_only=False), dtype=np.int32)
        if targets != list(range(len(targets))):
            codes = np.asarray(targets, dtype=np.int32)[codes]
        return cls(codes, tuple(renamed) or ("",))


@dataclass(slots=True)
class Grid:
    """The lines under a header: text columns by position, with what did not fit the header's width.

    ``short`` and ``long`` name lines by position: how many cells a short one has, what a long one has beyond.
    """

    headers: tuple[str, ...]
    header_row: int
    columns: dict[int, pa.Array]
    rows: Ints
    short: dict[int, int] = field(default_factory=dict)
    long: dict[int, list[str]] = field(default_factory=dict)
    ends_cleanly: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    def keep(self, mask: Bools) -> Grid:
        """The grid with some of its lines."""
        chosen = pa.array(np.flatnonzero(mask))
        moved = np.cumsum(mask) - 1
        return Grid(
            self.headers,
            self.header_row,
            {position: column.take(chosen) for position, column in self.columns.items()},
            self.rows[mask],
            {int(moved[line]): cells for line, cells in self.short.items() if mask[line]},
            {int(moved[line]): cells for line, cells in self.long.items() if mask[line]},
            self.ends_cleanly,
        )
