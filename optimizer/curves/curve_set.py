"""Decides what is stored of fitted curves, so that a later proposal can use them without fitting again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Literal

from engine.messages import Message
from engine.vocabulary import content_hash
from optimizer.curves.curve import Family, curve_from
from optimizer.curves.lift import LiftTest

Basis = Literal["fitted", "assumed"]
Shape = Literal["concave", "s_shaped"]
# Not written at these defaults, so that documents from before keep their hash.
LATER: dict[str, Any] = {"shape": "concave", "skill": None, "weeks_tested": 0, "lift_tests": []}


@dataclass(frozen=True, slots=True)
class ChannelCurve:
    """One channel's weekly response and what stands behind it.

    ``curve`` maps weekly spend to expected weekly results in an average season. ``adstock`` is the carry-over a
    day; ``carry`` the stock after the last known day and ``recent`` the spend of the last four complete weeks, both
    per week; ``dispersion`` the variance of results as a multiple of their mean; ``effective_results`` the results
    seen, divided by it; ``information`` the share of the prior's spread that the data removed. ``skill`` is the share
    of the error of "as in the last weeks" that the curve removed on ``weeks_tested`` weeks it had not seen, None
    where there were too few; ``lift_tests`` the experiments that moved the curve.
    """

    channel: str
    curve: Family
    adstock: float
    basis: Basis
    weeks_of_data: int
    carry: float = 0.0
    recent: float = 0.0
    observed_max: float = 0.0
    elasticity: tuple[float, float, float] = (0.0, 0.0, 0.0)
    dispersion: float = 1.0
    effective_results: float = 0.0
    information: float = 0.0
    source: str = ""
    shape: Shape = "concave"
    skill: float | None = None
    weeks_tested: int = 0
    lift_tests: tuple[LiftTest, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        out = {f.name: getattr(self, f.name) for f in fields(self)}
        written: dict[str, Any] = out | {
            "curve": {"family": self.curve.family, "params": self.curve.params()},
            "elasticity": list(self.elasticity),
            "lift_tests": [test.as_dict() for test in self.lift_tests],
        }
        return {name: value for name, value in written.items() if name not in LATER or value != LATER[name]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ChannelCurve:
        """The curve that ``as_dict`` wrote."""
        curve = curve_from(data["curve"]["family"], data["curve"]["params"])
        tests = tuple(LiftTest.from_dict(test) for test in data.get("lift_tests", []))
        return cls(**{**data, "curve": curve, "elasticity": tuple(data["elasticity"]), "lift_tests": tests})


@dataclass(frozen=True, slots=True)
class CurveSet:
    """Curves of every channel of an account for one result, in one currency, from data up to ``data_end``."""

    curves: Mapping[str, ChannelCurve]
    result: str
    currency: str
    data_start: date | None = None
    data_end: date | None = None
    credit: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()

    @property
    def hash(self) -> str:
        """Names exactly these curves."""
        return content_hash(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        return {
            "result": self.result,
            "currency": self.currency,
            "data_start": self.data_start.isoformat() if self.data_start else None,
            "data_end": self.data_end.isoformat() if self.data_end else None,
            "credit": dict(self.credit),
            "warnings": [asdict(warning) for warning in self.warnings],
            "curves": [self.curves[name].as_dict() for name in sorted(self.curves)],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CurveSet:
        """The set that ``as_dict`` wrote."""
        curves = [ChannelCurve.from_dict(entry) for entry in data["curves"]]
        start, end = data.get("data_start"), data.get("data_end")
        return cls(
            curves={curve.channel: curve for curve in curves},
            result=data["result"],
            currency=data["currency"],
            data_start=date.fromisoformat(start) if start else None,
            data_end=date.fromisoformat(end) if end else None,
            credit=dict(data.get("credit") or {}),
            warnings=tuple(Message(entry["id"], entry["values"]) for entry in data.get("warnings", [])),
        )
