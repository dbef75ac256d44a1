"""Decides what is known of the entities of one arm, and refuses arms that cannot be compared, all faults at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.messages import Language, Message, Value, render
from rules.entities import Floats

Numbers = Sequence[float] | NDArray[np.float64]


class EffectFaults(InputError):
    """Arms or series that no effect can be read from; ``details`` names each fault."""

    def __init__(self, details: Sequence[Message]) -> None:
        self.details = tuple(details)
        super().__init__("rules.effect.faults", count=len(details))

    def text(self, language: Language = "zh-TW") -> str:
        """The heading and every fault on its own line."""
        return "\n".join([render(self.message, language), *(render(one, language) for one in self.details)])


@dataclass(frozen=True, slots=True)
class Arm:
    """One row per episode: its entity and the sums of the outcome's numerator and denominator after the action.

    The sums before are taken over the same stretch for both arms; leave both out where nothing is known. All are in
    the units of the metric and none is negative.
    """

    entities: Sequence[str]
    numerator: Numbers
    denominator: Numbers
    numerator_before: Numbers = ()
    denominator_before: Numbers = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """An arm ready to compare, one row per entity: numerators and denominators after and before (0 where unknown)."""

    entities: tuple[str, ...]
    numerator: Floats
    denominator: Floats
    numerator_before: Floats
    denominator_before: Floats


def check_arms(arms: Mapping[str, Arm]) -> list[Rows]:
    """The arms ready to compare: one row per entity that delivered, ordered by name. Raises EffectFaults.

    Two episodes of one entity are added up, because they are not two independent answers.
    """
    faults = [fault for name, arm in arms.items() for fault in _faults(name, arm)]
    bare = [name for name, arm in arms.items() if len(arm.entities) and not _has_before(arm)]
    if bare and any(_has_before(arm) for arm in arms.values()):
        faults.append(Message("rules.effect.fault.before", {"arm": ", ".join(bare)}))
    if faults:
        raise EffectFaults(faults)
    return [_by_entity(arm) for arm in arms.values()]


def _faults(name: str, arm: Arm) -> list[Message]:
    told = []
    for column in ("numerator", "denominator", "numerator_before", "denominator_before"):
        values = np.asarray(getattr(arm, column), float)
        where: dict[str, Value] = {"arm": name, "column": column}
        if column.endswith("_before") and not _has_before(arm):
            continue
        if len(values) != len(arm.entities):
            where |= {"found": len(values), "expected": len(arm.entities)}
            told.append(Message("rules.effect.fault.length", where))
            continue
        bad = np.flatnonzero(~np.isfinite(values) | (values < 0)).tolist()
        if bad:
            kind = "negative" if np.isfinite(values[bad[0]]) else "not_number"
            where |= {"entity": str(arm.entities[bad[0]]), "value": str(values[bad[0]]), "more": len(bad) - 1}
            told.append(Message(f"rules.effect.fault.{kind}", where))
    return told


def _has_before(arm: Arm) -> bool:
    return bool(len(arm.numerator_before) or len(arm.denominator_before))


def _by_entity(arm: Arm) -> Rows:
    columns = [np.asarray(one, float) for one in (arm.numerator, arm.denominator)]
    before = [np.asarray(one, float) for one in (arm.numerator_before, arm.denominator_before)]
    columns += before if _has_before(arm) else [np.zeros(len(arm.entities))] * 2
    names, place = np.unique(np.asarray(arm.entities, dtype=str), return_inverse=True)
    y, n, x, m = (_sums(place, column, len(names)) for column in columns)
    kept = (y > 0) | (n > 0)
    return Rows(tuple(str(name) for name in names[kept]), y[kept], n[kept], x[kept], m[kept])


def _sums(place: NDArray[np.intp], column: Floats, length: int) -> Floats:
    return np.bincount(place, weights=column, minlength=length).astype(float)
