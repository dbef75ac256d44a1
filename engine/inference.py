"""Decides what reaches durable rules, and refuses everything that would crash it, lose a fact or hide an error.

The library (2.0.28, the last release) drops the rest of a batch at a float it cannot parse, takes two facts with
one 32-bit hash for the same, swallows exceptions of actions, reads past its memory on joins by inequality and
loses a fact that fits more than 64 rules. So this module is its only importer and lets through only: whole
numbers and texts, ordinal ids, joins by equality, at most 60 rules, one session at a time under one lock. After
every batch each fact must have been decided exactly once, or nothing of the call is kept.
"""

from __future__ import annotations

import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

from engine.errors import InferenceError, MissingPartError

Fact = Mapping[str, int | str]
Outcome = TypeVar("Outcome")
MAX_RULES = 60
MAX_PRIORITY = 1_000
MAX_NUMBER = 2**31 - 1
MAX_ORDINAL = 100_000  # ordinals below this have distinct 32-bit hashes in the library
BATCH = 500
SESSION = "0"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LOCK = threading.RLock()


@cache
def _library() -> Any | None:
    if sys.version_info >= (3, 13):  # it installs there, but its C part asks for a symbol that is gone
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            from durable import engine as library
    except ImportError:
        return None
    library._unix_now = time.time  # its own clock calls what Python 3.12 deprecates
    return library


def available() -> bool:
    """Can the rule engine be used on this machine (Python below 3.13, built with a C compiler)?"""
    return _library() is not None


@dataclass(frozen=True, slots=True)
class Pattern:
    """One fact of a rule: fields equal to constants, fields above whole numbers, fields equal to earlier facts'."""

    alias: str
    equals: Mapping[str, int | str]
    above: Mapping[str, int] = field(default_factory=dict)
    joins: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Outcome]):
    """What is done when all patterns match; a smaller ``priority`` fires first over the whole batch."""

    name: str
    priority: int
    patterns: tuple[Pattern, ...]
    act: Callable[[Firing[Outcome]], None]


@dataclass(slots=True)
class _Batch(Generic[Outcome]):
    """What one batch has decided so far."""

    start: int
    count: int
    next_ordinal: int
    number_of: dict[int, int]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    doubled: list[int] = field(default_factory=list)
    failure: tuple[str, BaseException] | None = None


class Firing(Generic[Outcome]):
    """One match handed to a rule's action."""

    def __init__(self, closure: Any, aliases: Sequence[str], batch: _Batch[Outcome]) -> None:
        self._closure = closure
        self._batch = batch
        self._facts: dict[str, dict[str, Any]] = {alias: dict(closure.__getattr__(alias)._d) for alias in aliases}

    def number(self, alias: str) -> int:
        """Which of the facts handed in this is (a replaced fact keeps its number)."""
        return self._batch.start + self._batch.number_of[self._facts[alias]["id"]]

    def decide(self, alias: str, outcome: Outcome) -> None:
        """Settles a fact for good and takes it off the table."""
        number = self.number(alias)
        if number in self._batch.outcomes:
            self._batch.doubled.append(number)
        self._batch.outcomes[number] = outcome
        self._closure.retract_fact(self._facts[alias])

    def replace(self, alias: str, **changes: int | str) -> None:
        """Puts a changed fact in the place of this one, under a new ordinal."""
        ordinal = self._batch.next_ordinal
        if ordinal >= MAX_ORDINAL:
            raise InferenceError("engine.inference.too_many", count=ordinal, most=MAX_ORDINAL)
        self._batch.next_ordinal += 1
        self._batch.number_of[ordinal] = self._batch.number_of[self._facts[alias]["id"]]
        self._closure.retract_fact(self._facts[alias])
        self._closure.assert_fact({**self._facts[alias], **changes, "id": ordinal})


class Ruleset(Generic[Outcome]):
    """Rules over facts of fixed fields; ``decide`` gives each fact exactly one outcome.

    Usage::

        keep = Rule("keep", 100, (Pattern("m", {"kind": "ad"}),), lambda firing: firing.decide("m", "kept"))
        Ruleset("night", {"kind": str, "group": int}, [keep]).decide(facts, cut_at="group")
    """

    def __init__(self, name: str, fields: Mapping[str, type], rules: Sequence[Rule[Outcome]]) -> None:
        self.name = name
        self.fields = dict(fields)
        self.rules = tuple(rules)
        _check_rules(self.fields, self.rules)
        self._built: Any = None
        self._batch: _Batch[Outcome] | None = None

    def decide(self, facts: Sequence[Fact], cut_at: str) -> list[Outcome]:
        """The outcome of every fact, in order. Facts of one ``cut_at`` value lie together and share a batch.

        Raises InferenceError when a fact is refused, lost, decided twice, or when an action fails.
        """
        for number, fact in enumerate(facts):
            _check_fact(self.fields, fact, number)
        outcomes: dict[int, Outcome] = {}
        with _LOCK:
            for start, end in _batches(facts, cut_at):
                try:
                    outcomes.update(self._run(facts, start, end))
                except BaseException:
                    self.close()
                    raise
        return [outcomes[number] for number in range(len(facts))]

    def close(self) -> None:
        """Frees the C side; the next call builds it again."""
        with _LOCK:
            if self._built is not None:
                library = _library()
                handle, self._built = self._built._handle, None
                if library is not None:
                    library.durable_rules_engine.delete_ruleset(handle)

    def _run(self, facts: Sequence[Fact], start: int, end: int) -> dict[int, Outcome]:
        batch: _Batch[Outcome] = _Batch(start, end - start, end - start, {i: i for i in range(end - start)})
        self._batch = batch
        built = self._build()
        message: list[BaseException | str | None] = [None]

        def _done(error: BaseException | str | None, state: object) -> None:
            message[0] = message[0] or error

        try:
            rows = [{**facts[start + ordinal], "id": ordinal} for ordinal in range(end - start)]
            built.do_actions(built.assert_facts(rows), _done)
        except Exception as error:
            raise InferenceError("engine.inference.stopped", detail=type(error).__name__) from error
        finally:
            self._batch = None
        if batch.failure is not None:
            rule, cause = batch.failure
            raise InferenceError("engine.inference.action_failed", rule=rule, detail=str(cause)) from cause
        if message[0] is not None:
            raise InferenceError("engine.inference.stopped", detail=str(message[0]))
        undecided = [n for n in range(start, end) if n not in batch.outcomes] + batch.doubled
        if undecided:
            raise InferenceError("engine.inference.undecided", count=len(undecided), first=min(undecided))
        built.delete_state(SESSION)
        return batch.outcomes

    def _build(self) -> Any:
        if self._built is None:
            library = _library()
            if library is None:
                raise MissingPartError("engine.inference.unavailable")
            self._built = library.Ruleset(self.name, None, {rule.name: self._definition(rule) for rule in self.rules})
        return self._built

    def _definition(self, rule: Rule[Outcome]) -> dict[str, Any]:
        aliases = [pattern.alias for pattern in rule.patterns]

        def _fire(closure: Any) -> None:
            batch = self._batch
            if batch is None or batch.failure is not None:
                return  # the batch is lost already; the session only runs empty
            try:
                rule.act(Firing(closure, aliases, batch))
            except BaseException as error:  # the library would swallow it
                batch.failure = (rule.name, error)

        return {"all": [{p.alias: _expression(p)} for p in rule.patterns], "pri": rule.priority, "run": _fire}


def _expression(pattern: Pattern) -> dict[str, Any]:
    tests: list[dict[str, Any]] = [{name: value} for name, value in pattern.equals.items()]
    tests += [{"$gt": {name: value}} for name, value in pattern.above.items()]
    tests += [{name: {alias: other}} for name, (alias, other) in pattern.joins.items()]
    return tests[0] if len(tests) == 1 else {"$and": tests}


def _batches(facts: Sequence[Fact], cut_at: str) -> Iterator[tuple[int, int]]:
    """Stretches of about ``BATCH`` facts that end where ``cut_at`` changes."""
    start, seen = 0, set()
    for at, fact in enumerate(facts):
        if at and fact[cut_at] == facts[at - 1][cut_at]:
            continue
        if fact[cut_at] in seen:
            raise InferenceError("engine.inference.scattered", field=cut_at, value=fact[cut_at])
        seen.add(fact[cut_at])
        if at - start >= BATCH:
            yield start, at
            start = at
    if len(facts) > start:
        yield start, len(facts)


def _refuse(field_name: str, value: object) -> InferenceError:
    return InferenceError("engine.inference.refused", field=field_name, kind=type(value).__name__)


def _check_value(fields: Mapping[str, type], name: str, value: object) -> None:
    if name not in fields:
        raise InferenceError("engine.inference.unknown_field", field=str(name))
    if type(value) is not fields[name]:  # a bool is not a whole number here
        raise _refuse(name, value)
    if isinstance(value, int) and not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise InferenceError("engine.inference.too_large", field=name, value=value)
    if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in value):
        raise _refuse(name, value)


def _check_fact(fields: Mapping[str, type], fact: Fact, number: int) -> None:
    if fact.keys() != fields.keys():
        odd = sorted(set(fact) ^ set(fields))[0]
        raise InferenceError("engine.inference.unlike_fields", number=number, field=odd)
    for name, value in fact.items():
        _check_value(fields, name, value)


def _check_rules(fields: Mapping[str, type], rules: Sequence[Rule[Any]]) -> None:
    if len(rules) > MAX_RULES:
        raise InferenceError("engine.inference.too_many_rules", count=len(rules), most=MAX_RULES)
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
    known: list[str] = []
    for pattern in rule.patterns:
        if not _NAME.fullmatch(pattern.alias) or pattern.alias in (*known, "m", "s"):
            return f"alias {pattern.alias}"
        if not pattern.equals:
            return f"pattern {pattern.alias} needs a field that equals a constant"
        for name, value in (*pattern.equals.items(), *pattern.above.items()):
            _check_value(fields, name, value)
        for name, join in pattern.joins.items():
            if not (isinstance(join, tuple) and len(join) == 2 and join[0] in known and fields.get(join[1]) is int):
                return f"join of {name}: write (earlier alias, whole-number field)"
            if fields.get(name) is not int:
                return f"join of {name}: only whole-number fields are joined"
        known.append(pattern.alias)
    return None
