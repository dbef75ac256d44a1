"""Decides which resolver answers: durable rules where it runs, else the reference; both give the same decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from engine.errors import InferenceError
from engine.inference import available
from engine.logs import logger
from rules.candidates import Candidate, Decision
from rules.resolve_durable import resolve_durable
from rules.resolve_reference import resolve_reference

Resolver = Literal["durable_rules", "reference"]


def resolve(candidates: Sequence[Candidate], resolver: Resolver | None = None) -> tuple[list[Decision], Resolver]:
    """A decision per candidate and the resolver that made them.

    Without a wish durable rules decides where it is built, for the whole call or not at all. A campaign of more
    candidates than it can tell apart goes to the reference; any other InferenceError passes through, because an
    engine that lost a fact must be seen.
    """
    chosen: Resolver = resolver or ("durable_rules" if available() else "reference")
    if resolver is None and chosen == "reference":
        logger("rules").warning("resolver_fallback", resolver=chosen)
    if chosen == "durable_rules":
        try:
            return resolve_durable(candidates), chosen
        except InferenceError as error:
            if resolver is not None or error.code != "engine.inference.too_many":
                raise
            logger("rules").warning("resolver_fallback", resolver="reference", code=error.code)
    return resolve_reference(candidates), "reference"
