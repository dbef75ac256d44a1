"""Decides what may be handed to the rule engine: the form of rules and facts, and what an action may do to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from engine.errors import InferenceError

Fact = Mapping[str, int | str]
Outcome = TypeVar("Outcome")
MAX_RULES = 60
MAX_TESTS = 400  # of a ruleset: with 512 first conditions the library searches a full table without end
MAX_PATTERNS = 16  # of a rule: a match of more cannot be kept (error 304)
MAX_JOINS = 24  # of a pattern: its table of 32 also holds what holds them together (error 113 from about 30)
MAX_PRIORITY = 1_000
MAX_NUMBER = 2**31 - 1
SESSION = "0"
MAX_ORDINAL = 100_000  # ordinals below this have distinct 32-bit hashes in the library
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_UNFIT = re.compile("[\0\ud800-\udfff]")  # the C side ends a text at NUL and cannot take half a surrogate pair


@dataclass(frozen=True, slots=True)
class Pattern:
    """One fact of a rule: fields equal to constants, fields above whole numbers, fields equal to earlier facts'."""

    alias: str
    equals: Mapping[str, int | str]
    above: Mapping[str, int] = field(default_factory=dict)
    joins: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Outcome]):
    """What is done when all patterns match; a smaller ``priority`` fires first over the whole batch.

    ``last``: the rule settles what nothing else wants any more, so matches come in one go and facts are left lying.
    ``apart``: matches come in one go, because no fact that one of them takes away is in another one of them.
    """

    name: str
    priority: int
    patterns: tuple[Pattern, ...]
    act: Callable[[Firing[Outcome]], None]
    last: bool = False
    apart: bool = False


@dataclass(slots=True)
class Batch(Generic[Outcome]):
    """What one batch has decided so far, and which facts leave and come when the action is done."""

    start: int
    count: int
    next_ordinal: int
    number_of: dict[int, int]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    doubled: list[int] = field(default_factory=list)
    leaving: list[dict[str, Any]] = field(default_factory=list)
    coming: list[dict[str, Any]] = field(default_factory=list)
    failure: tuple[str, BaseException] | None = None


class Firing(Generic[Outcome]):
    """One match handed to a rule's action."""

    def __init__(self, facts: Mapping[str, dict[str, Any]], batch: Batch[Outcome]) -> None:
        self._batch = batch
        self.facts = facts

    def number(self, alias: str) -> int:
        """Which of the facts handed in this is (a replaced fact keeps its number)."""
        return self._batch.start + self._batch.number_of[self.facts[alias]["id"]]

    def decide(self, alias: str, outcome: Outcome) -> None:
        """Settles a fact for good and takes it off the table."""
        number = self.number(alias)
        if number in self._batch.outcomes:
            self._batch.doubled.append(number)
        self._batch.outcomes[number] = outcome
        self._withdraw(alias)

    def replace(self, alias: str, **changes: int | str) -> None:
        """Puts a changed fact in the place of this one, under a new ordinal."""
        ordinal = self._batch.next_ordinal
        if ordinal >= MAX_ORDINAL:
            raise InferenceError("engine.inference.too_many", count=ordinal, most=MAX_ORDINAL)
        self._batch.next_ordinal += 1
        self._batch.number_of[ordinal] = self._batch.number_of[self.facts[alias]["id"]]
        self._withdraw(alias)
        self._batch.coming.append({**self.facts[alias], **changes, "id": ordinal})

    def _withdraw(self, alias: str) -> None:
        self._batch.leaving.append({"id": self.facts[alias]["id"], "sid": SESSION})


def _refuse(field_name: str, value: object) -> InferenceError:
    return InferenceError("engine.inference.refused", field=field_name, kind=type(value).__name__)


def _check_value(fields: Mapping[str, type], name: str, value: object) -> None:
    if name not in fields:
        raise InferenceError("engine.inference.unknown_field", field=str(name))
    if type(value) is not fields[name]:  # a bool is not a whole number here
        raise _refuse(name, value)
    if isinstance(value, int) and not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise InferenceError("engine.inference.too_large", field=name, value=value)
    if isinstance(value, str) and _UNFIT.search(value):
        raise _refuse(name, value)


def check_facts(fields: Mapping[str, type], facts: Sequence[Fact]) -> None:
    """Raises InferenceError unless every fact carries exactly ``fields`` with whole numbers and texts in them."""
    if any(len(fact) != len(fields) for fact in facts) or not all(
        _fits(kind, [fact.get(name) for fact in facts]) for name, kind in fields.items()
    ):
        for number, fact in enumerate(facts):
            _check_fact(fields, fact, number)


def _fits(kind: type, column: list[Any]) -> bool:
    """Whether all of a column is of its kind, and none too large or unfit: the same as of each, at a tenth of it."""
    if set(map(type, column)) - {kind}:
        return False
    if kind is int:
        return not column or (-MAX_NUMBER <= min(column) and max(column) <= MAX_NUMBER)
    return not any(map(_UNFIT.search, set(column)))


def _check_fact(fields: Mapping[str, type], fact: Fact, number: int) -> None:
    if fact.keys() != fields.keys():
        odd = sorted(set(fact) ^ set(fields))[0]
        raise InferenceError("engine.inference.unlike_fields", number=number, field=odd)
    for name, value in fact.items():
        _check_value(fields, name, value)


def check_rules(fields: Mapping[str, type], rules: Sequence[Rule[Any]]) -> None:
    """Raises InferenceError unless every rule keeps to what the library does safely."""
    if len(rules) > MAX_RULES:
        raise InferenceError("engine.inference.too_many_rules", count=len(rules), most=MAX_RULES)
    tests = sum(len(pattern.equals) + len(pattern.above) for rule in rules for pattern in rule.patterns)
    if tests > MAX_TESTS:
        raise InferenceError("engine.inference.too_many_tests", count=tests, most=MAX_TESTS)
    for name, kind in fields.items():
        if not _NAME.fullmatch(name) or name in ("id", "sid") or kind not in (int, str):
            raise InferenceError("engine.inference.unknown_field", field=name)
    if len({rule.name for rule in rules}) != len(rules):
        raise InferenceError("engine.inference.rule_form", rule="", detail="two rules of one name")
    for rule in rules:
        detail = _fault_of(fields, rule)
        if detail:
            raise InferenceError("engine.inference.rule_form", rule=rule.name, detail=detail)


def _fault_of(fields: Mapping[str, type], rule: Rule[Any]) -> str | None:
    if not _NAME.fullmatch(rule.name) or not 1 <= rule.priority <= MAX_PRIORITY or not rule.patterns:
        return "name, priority (1 to 1000) or patterns"
    if len(rule.patterns) > MAX_PATTERNS:
        return f"{len(rule.patterns)} patterns, at most {MAX_PATTERNS}"
    known: list[str] = []
    for pattern in rule.patterns:
        if not _NAME.fullmatch(pattern.alias) or pattern.alias in (*known, "m", "s"):
            return f"alias {pattern.alias}"
        if not pattern.equals and not pattern.above:
            return f"pattern {pattern.alias} compares no field with a constant"
        if len(pattern.joins) > MAX_JOINS:
            return f"pattern {pattern.alias} has {len(pattern.joins)} joins, at most {MAX_JOINS}"
        for name, value in (*pattern.equals.items(), *pattern.above.items()):
            _check_value(fields, name, value)
        for name, join in pattern.joins.items():
            if not (isinstance(join, tuple) and len(join) == 2 and join[0] in known and fields.get(join[1]) is int):
                return f"join of {name}: write (earlier alias, whole-number field)"
            if fields.get(name) is not int:
                return f"join of {name}: only whole-number fields are joined"
        known.append(pattern.alias)
    return None
