"""Response curves of a whole problem at their fastest, one family at a time.

Channels stand sorted by family, so each family works on a contiguous slice and nothing is gathered or scattered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.bench.optimizer.families import Array, Hill, Log, Power, Saturation, Tanh


@dataclass(frozen=True, slots=True)
class Curves:
    """Families on contiguous slices of the channels."""

    parts: Sequence[tuple[slice, Any]]
    size: int

    def scaled(self, spend: float, worth: float) -> Curves:
        """The same curves with spend counted in units of ``spend`` and results in units of ``worth``."""
        return Curves([(part, family.scaled(spend, worth)) for part, family in self.parts], self.size)

    def _each(self, x: Array, method: Callable[[Any], Callable[[Array], Array]]) -> Array:
        out = np.empty_like(x)
        for part, family in self.parts:
            out[part] = method(family)(x[part])
        return out

    def value(self, x: Array) -> Array:
        return self._each(x, lambda family: family.value)

    def slope(self, x: Array) -> Array:
        return self._each(x, lambda family: family.slope)

    def bend(self, x: Array) -> Array:
        return self._each(x, lambda family: family.bend)

    def give(self, x: Array) -> Array:
        """How spend moves with the logarithm of the slope it stands at, dx / d ln f'(x)."""
        return self._each(x, lambda family: family.give)

    def spend_at(self, w: Array, start: Array | None = None, steps: int = 30) -> Array:
        """The spend at which the slope is ``w``, right of any inflection; not clipped to bounds."""
        out = np.empty_like(w)
        for part, family in self.parts:
            out[part] = family.spend_at(w[part], None if start is None else start[part], steps)
        return out

    def cuts(self, low: Array, high: Array, count: int) -> Array:
        """``count - 1`` cuts a channel at equal steps of the integral of sqrt|f''|; shape (size, count - 1)."""
        share = np.arange(1, count) / count
        out = np.empty((self.size, count - 1))
        for part, family in self.parts:
            out[part] = family.cuts(low[part, None], high[part, None], share)
        return out

    def inflection(self) -> Array:
        """Where each curve turns from convex to concave; 0 for concave ones."""
        out = np.zeros(self.size)
        for part, family in self.parts:
            if isinstance(family, Hill):
                out[part] = family.inflection
        return out


def read_curves(channels: Sequence[dict[str, Any]]) -> tuple[Curves, npt.NDArray[np.int64]]:
    """The curves of a problem's channels sorted by family, and the original place of each."""
    kinds = [_kind(channel) for channel in channels]
    order = np.array(sorted(range(len(channels)), key=lambda i: kinds[i][0]), dtype=np.int64)
    parts: list[tuple[slice, Any]] = []
    makers = {"log": Log, "power": Power, "saturation": Saturation, "tanh": Tanh, "hill": Hill}
    first = 0
    for kind in sorted({k for k, _ in kinds}):
        rows = np.array([kinds[i][1] for i in order if kinds[i][0] == kind])
        parts.append((slice(first, first + len(rows)), makers[kind](*(np.ascontiguousarray(c) for c in rows.T))))
        first += len(rows)
    return Curves(parts, len(channels)), order


def _kind(channel: dict[str, Any]) -> tuple[str, tuple[float, ...]]:
    family, a, c = channel["family"], channel["a"], channel.get("c") or 0.0
    if family == "hill" and channel["s"] != 1.0:
        return "hill", (a, channel["k"], channel["s"], c)
    return {
        "log": lambda: ("log", (a, channel["b"])),
        "power": lambda: ("power", (a, channel["p"])),
        "mm": lambda: ("saturation", (a, channel["k"], 0.0)),
        "hill": lambda: ("saturation", (a, channel["k"], c)),
        "logistic": lambda: ("tanh", (a, 2.0 / channel["l"])),
        "tanh": lambda: ("tanh", (a, channel["b"])),
    }[family]()
