"""Decides which resolver answers: durable rules where it runs, else the reference; both give the same decisions.

Durable rules runs in a process of its own: what its C code crashes is one question, which is asked once more and
then answered by the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from engine.allocating import no_cycle_search
from engine.errors import InferenceError
from engine.fanout import Crashed, run_apart, start_apart
from engine.inference import available
from engine.logs import logger
from engine.messages import Message
from rules.candidates import Candidate, Decision
from rules.resolve_durable import resolve_durable
from rules.resolve_reference import resolve_reference

Resolver = Literal["durable_rules", "reference"]
ATTEMPTS = 2
MANY_ROWS = 100_000
LEAST_SECONDS, SECONDS_A_CANDIDATE = 60.0, 0.002  # hundred times what it takes


class Resolved(NamedTuple):
    """A decision per candidate, the resolver that made them, and what a person is told where it was not the usual."""

    decisions: list[Decision]
    resolver: Resolver
    notices: tuple[Message, ...] = ()


def make_ready(resolver: Resolver | None, rows: int) -> None:
    """Starts the process of durable rules beside the judging of so many ``rows`` that it would be waited for."""
    if rows >= MANY_ROWS and resolver != "reference" and available():
        start_apart(decide_rows)


def resolve(
    candidates: Sequence[Candidate], resolver: Resolver | None = None, meanwhile: Callable[[], object] | None = None
) -> Resolved:
    """A decision per candidate and the resolver that made them; ``meanwhile`` is done once, beside it where it can be.

    Without a wish durable rules decides where it is built, for the whole call or not at all. A campaign of more
    candidates than it can tell apart goes to the reference, and so does what made it crash twice; any other
    InferenceError passes through, because an engine that lost a fact must be seen. With a wish nothing takes its place.
    """
    once = cache(meanwhile or _nothing)
    found = _resolved(candidates, resolver, once)
    once()
    return found


def _nothing() -> None:
    """For those who have nothing to do beside it."""


def _resolved(candidates: Sequence[Candidate], resolver: Resolver | None, meanwhile: Callable[[], object]) -> Resolved:
    chosen: Resolver = resolver or ("durable_rules" if available() else "reference")
    if chosen == "reference":
        if resolver is None:
            logger("rules").warning("resolver_fallback", resolver=chosen)
        return Resolved(resolve_reference(candidates), chosen)
    try:
        answer = _apart(candidates, meanwhile)
    except InferenceError as error:
        if resolver is not None or error.code != "engine.inference.too_many":
            raise
        logger("rules").warning("resolver_fallback", resolver="reference", code=error.code)
        return Resolved(resolve_reference(candidates), "reference")
    if not isinstance(answer, Crashed):
        return Resolved(answer, chosen)
    if resolver is not None:
        raise InferenceError("engine.inference.stopped", detail=answer.reason)
    notice = Message("rules.resolver.crashed", {"attempts": ATTEMPTS, "reason": answer.reason})
    return Resolved(resolve_reference(candidates), "reference", (notice,))


@no_cycle_search()
def decide_rows(rows: Sequence[Sequence[Any]]) -> list[Decision]:
    """What the process apart does: candidates as rows of their fields in, decisions as rows of theirs out."""
    return resolve_durable([Candidate(*row) for row in rows])


def _apart(candidates: Sequence[Candidate], meanwhile: Callable[[], object]) -> list[Decision] | Crashed:
    """The decisions of durable rules, or how its last attempt crashed."""
    if not candidates:
        return []
    seconds = LEAST_SECONDS + SECONDS_A_CANDIDATE * len(candidates)
    answer: Any = None
    for attempt in range(1, ATTEMPTS + 1):
        answer = run_apart(decide_rows, candidates, timeout=seconds, meanwhile=meanwhile)
        if not isinstance(answer, Crashed):
            return [Decision(*row) for row in answer]
        logger("rules").warning("resolver_crashed", attempt=attempt, reason=answer.reason, candidates=len(candidates))
    return Crashed(answer.reason)
