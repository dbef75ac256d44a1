"""Decides what reaches durable rules, and refuses everything that would crash it, lose a fact or hide an error.

The library (2.0.28, the last release) drops the rest of a batch at a float it cannot parse, takes two facts with
one 32-bit hash for the same, swallows exceptions of actions, reads past its memory on joins by inequality and
loses a fact that fits more than 64 rules. So this module is its only importer and lets through only: whole
numbers and texts, ordinal ids, joins by equality, at most 60 rules of bounded size, one session at a time under one
lock. After every batch each fact must have been decided exactly once, or nothing of the call is kept. What the C side
holds goes with the ``Ruleset`` it was built for; to change rules is to make another one, under whichever name.
"""

from __future__ import annotations

import sys
import threading
import time
import warnings
import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Generic

import orjson

from engine.errors import InferenceError, MissingPartError
from engine.inference_form import (
    MAX_ORDINAL,
    SESSION,
    Batch,
    Fact,
    Firing,
    Outcome,
    Pattern,
    Rule,
    check_facts,
    check_rules,
)

__all__ = ["Fact", "Firing", "Pattern", "Rule", "Ruleset", "available"]
BATCH = 500
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


class _Json:
    """What the library asks of ``json``, done by orjson: the standard module takes half of its time."""

    @staticmethod
    def dumps(value: object, ensure_ascii: bool = False) -> str:
        """JSON in UTF-8, which is what the C side reads."""
        return orjson.dumps(value).decode()

    loads = staticmethod(orjson.loads)


def available() -> bool:
    """Can the rule engine be used on this machine (Python below 3.13, built with a C compiler)?"""
    return _library() is not None


class Ruleset(Generic[Outcome]):
    """Rules over facts of fixed fields; ``decide`` gives each fact exactly one outcome.

    Usage::

        keep = Rule("keep", 100, (Pattern("ad", {"kind": "ad"}),), lambda firing: firing.decide("ad", "kept"))
        Ruleset("night", {"kind": str, "group": int}, [keep]).decide(facts, cut_at="group")
    """

    def __init__(self, name: str, fields: Mapping[str, type], rules: Sequence[Rule[Outcome]]) -> None:
        self.name = name
        self.fields = dict(fields)
        self.rules = tuple(rules)
        check_rules(self.fields, self.rules)
        self._built: Any = None
        self._free: weakref.finalize[Any, Any] | None = None
        self._batch: Batch[Outcome] | None = None

    def decide(self, facts: Sequence[Fact], cut_at: str) -> list[Outcome]:
        """The outcome of every fact, in order. Facts of one ``cut_at`` value lie together and share a batch.

        Raises InferenceError when a fact is refused, lost, decided twice, or when an action fails.
        """
        check_facts(self.fields, facts)
        outcomes: dict[int, Outcome] = {}
        with _LOCK:
            for start, end in _batches(facts, cut_at):
                try:
                    outcomes.update(self._run(facts, start, end))
                except BaseException:
                    self._abandon()
                    raise
        return [outcomes[number] for number in range(len(facts))]

    def close(self) -> None:
        """Frees the C side; the next call builds it again."""
        with _LOCK:
            if self._free is not None:
                self._free()
            self._built = self._free = None

    def _abandon(self) -> None:
        """Lets go of the C side without freeing it, which costs the memory of one ruleset.

        After a refused fact its session points at memory that is freed already: freeing it would end the process.
        """
        if self._free is not None:
            self._free.detach()
        self._built = self._free = None

    def _run(self, facts: Sequence[Fact], start: int, end: int) -> dict[int, Outcome]:
        if self._batch is not None:
            raise InferenceError("engine.inference.stopped", detail="decide called from an action")
        if end - start > MAX_ORDINAL // 2:
            raise InferenceError("engine.inference.too_many", count=end - start, most=MAX_ORDINAL // 2)
        batch: Batch[Outcome] = Batch(start, end - start, end - start, {i: i for i in range(end - start)})
        built = self._build()
        self._batch = batch
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
            library.json = _Json  # only where facts are decided: asking for it leaves it as it is
            built = library.Ruleset(self.name, None, {rule.name: self._definition(rule) for rule in self.rules})
            self._free = weakref.finalize(self, library.durable_rules_engine.delete_ruleset, built._handle)
            self._built = built
        return self._built

    def _exchange(self, batch: Batch[Outcome]) -> None:
        """Takes away the facts that an action was done with, and puts those in that it made."""
        if batch.leaving:
            self._built.retract_facts(batch.leaving)
        if batch.coming:
            self._built.assert_facts(batch.coming)
        batch.leaving, batch.coming = [], []

    def _definition(self, rule: Rule[Outcome]) -> dict[str, Any]:
        at_once = rule.last or rule.apart

        def _fire(closure: Any) -> None:
            batch = self._batch
            if batch is None or batch.failure is not None:
                return  # the batch is lost already; the session only runs empty
            try:
                for match in closure.m if at_once else (closure,):
                    rule.act(Firing(match._d if at_once else match._m, batch))
                if rule.last:
                    batch.leaving.clear()  # they go with the session
                else:
                    self._exchange(batch)
            except BaseException as error:  # the library would swallow it
                batch.failure = (rule.name, error)

        many = {"cap": BATCH} if at_once else {}
        return {"all": [{p.alias: _expression(p)} for p in rule.patterns], "pri": rule.priority, "run": _fire, **many}


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
