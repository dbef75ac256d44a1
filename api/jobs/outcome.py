"""Decides how what came of a run is kept: a document that stands in the store, words of its own, or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.problems import problem, without_place
from api.speech import said, told
from engine.errors import AdcueError, StoreError
from engine.messages import LANGUAGES, Language
from engine.store.account import AccountStore
from engine.store.records import Stored


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to the request that asked for the run: status, and a kept document or a body once a language."""

    status: int
    kind: str = ""
    record: str = ""
    words: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"status": self.status, "kind": self.kind, "record": self.record, "words": self.words}


def of_record(stored: Stored, status: int = 201) -> Outcome:
    """A document that was kept."""
    return Outcome(status, stored.kind, stored.id)


def of_words(tell: Any, status: int) -> Outcome:
    """What ``tell`` says in every language."""
    return Outcome(status, words=said(tell))


def failed(error: AdcueError) -> dict[str, Any]:
    """An error as it is kept: once a language; where the database lies is for the log."""
    told = without_place(error) if isinstance(error, StoreError) else error
    return {"problem": {language: problem(told, language) for language in LANGUAGES}}


def body_of(account: AccountStore, outcome: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The body of a run's answer in one language."""
    if outcome["words"] is not None:
        words: dict[str, Any] = outcome["words"][language]
        return words
    return told(account.get(outcome["kind"], outcome["record"]), language)
