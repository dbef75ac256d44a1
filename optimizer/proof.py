"""Decides what is kept of the certificate, so that the bound can be recomputed without the solver.

The bound follows from the row prices, the rules and the curves alone (``optimizer.solve.certificate``); the hash says
whether the rules that are compiled again are the rules that were solved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from optimizer.curves.curve_set import CurveSet
from optimizer.model import Posed
from optimizer.planning import Planned
from optimizer.solve.solving import CONCAVE_GAP, MIXED_GAP
from optimizer.solve.whole import priced_bound, whole_prices


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One rule with its limits and what a unit of it is worth."""

    rule: str
    index: tuple[str | int, ...]
    price: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Proof:
    """The certificate in numbers; ``rows`` stand in the order of the compiled rules.

    ``prices_bound`` is what the prices alone prove: those of the rows, or of the ``whole`` problem's envelopes where
    the rows' own hold on the chosen branches only.
    """

    objective: float
    bound: float
    gap: float
    tolerance: float
    how: str
    local: bool
    backstop: bool
    rounds: int
    rows: tuple[ProofRow, ...]
    whole: tuple[float, ...] | None
    prices_bound: float
    curves_hash: str
    posed_hash: str
    data: tuple[date | None, date | None]
    versions: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        start, end = self.data
        return {
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "tolerance": self.tolerance,
            "how": self.how,
            "local": self.local,
            "backstop": self.backstop,
            "rounds": self.rounds,
            "rows": [
                {"rule": r.rule, "index": list(r.index), "price": r.price, "lower": r.lower, "upper": r.upper}
                for r in self.rows
            ],
            "whole": None if self.whole is None else list(self.whole),
            "prices_bound": self.prices_bound,
            "curves_hash": self.curves_hash,
            "posed_hash": self.posed_hash,
            "data": {
                "start": start.isoformat() if start else None,
                "end": end.isoformat() if end else None,
            },
            "versions": dict(self.versions),
        }


def proof_of(planned: Planned, curves: CurveSet, tolerance: float | None, versions: Mapping[str, str]) -> Proof:
    """The certificate of a solved plan, before its amounts were rounded."""
    answer, rules = planned.answer, planned.posed.rules
    rows = tuple(
        ProofRow(name.constraint, tuple(_plain(key) for key in name.index), float(price), _finite(low), _finite(high))
        for name, price, low, high in zip(rules.rows, answer.prices, rules.row_lower, rules.row_upper, strict=True)
    )
    whole = whole_prices(planned.posed.task) if answer.local else None
    usual = CONCAVE_GAP if answer.how == "concave" else MIXED_GAP
    return Proof(
        objective=answer.objective,
        bound=answer.bound,
        gap=answer.gap,
        tolerance=tolerance or usual,
        how=answer.how,
        local=answer.local,
        backstop=answer.backstop,
        rounds=answer.rounds,
        rows=rows,
        whole=None if whole is None else tuple(map(float, whole)),
        prices_bound=priced_bound(planned.posed.task, answer.prices if whole is None else whole),
        curves_hash=curves.hash,
        posed_hash=posed_hash(planned.posed),
        data=(curves.data_start, curves.data_end),
        versions=versions,
    )


def posed_hash(posed: Posed) -> str:
    """Names exactly these rules, objective and links; the curves have a hash of their own."""
    task, rules = posed.task, posed.rules
    seen = hashlib.sha256()
    parts = [rules.matrix.indptr, rules.matrix.indices, rules.matrix.data, rules.row_lower, rules.row_upper]
    parts += [rules.lower, rules.upper, task.cost, task.at, task.integer, task.least]
    parts += [link.columns for link in task.links]
    for part in parts:
        values = np.asarray(part, dtype=np.float64)
        # Adding 0 makes -0 and 0 the same number to the hash too.
        seen.update(np.ascontiguousarray(values + 0.0).tobytes())
    seen.update(repr([(name.constraint, tuple(map(_plain, name.index))) for name in rules.rows]).encode())
    return seen.hexdigest()


def _plain(key: Any) -> str | int:
    return key if isinstance(key, str) else int(key)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
