"""Decides what every method of evidence returns: how sure, how unlikely by chance, and how much data is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from rules.entities import Floats, Ints
from rules.evidence_form import Evidence
from rules.signals import SignalTable

Unit = Literal["impressions", "clicks", "spend"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What one method says about every entity of a table; NaN where it cannot say.

    ``sure``: P(the flag is true). ``false_rate``: the chance of numbers like these if it is not. ``log_e``: logarithm
    of the e-value against "healthy". ``counted``: the numbers it rests on, by name. ``more(at, evidence)``: how
    much more data the entities ``at`` need for what is asked, in ``unit`` (inf where no amount settles it).
    """

    sure: Floats
    false_rate: Floats
    log_e: Floats
    counted: Mapping[str, Floats]
    unit: Unit | None
    more: Callable[[Ints, Evidence], Floats]


@dataclass(frozen=True, slots=True)
class Method:
    """One way to weigh evidence.

    ``fixed_origin``: it counts from a day that stays the same from night to night (``rules.looking``), which is what
    lets its e-value be read every night. ``e_value``: the least that a flag needs unless a rule says otherwise.
    """

    prove: Callable[[Evidence, SignalTable], Proof]
    fixed_origin: bool
    e_value: float
