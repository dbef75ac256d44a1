"""Decides how a document that people read is kept: as it was said, once a language, so that it never changes later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.messages import LANGUAGES, Language
from engine.store.records import Stored
from engine.store.types import SHARED


def said(tell: Callable[[Language], Mapping[str, Any]]) -> dict[str, Any]:
    """What ``tell`` says in every language, under the language's code."""
    return {language: dict(tell(language)) for language in LANGUAGES}


def said_beside(shared: Mapping[str, Any], tell: Callable[[Language], Mapping[str, Any]]) -> dict[str, Any]:
    """The same, where ``tell`` says only what differs by language; ``shared`` is kept once."""
    return {SHARED: shared} | said(tell)


def told(stored: Stored, language: Language) -> dict[str, Any]:
    """A kept document in one language, under its ids: the answer of every door."""
    head = {
        "id": stored.id,
        "short_id": stored.short_id,
        "kind": stored.kind,
        "created_at": stored.created_at.isoformat(),
    }
    document: dict[str, Any] = stored.document[language]
    return head | (_undrawn(document) if stored.kind == "night" else document)


def _undrawn(night: Mapping[str, Any]) -> dict[str, Any]:
    """A night without the draw of the holdout, which nights once told: whoever knows it could approve by it."""
    lines = [{name: value for name, value in one.items() if name != "holdout"} for one in night["recommendations"]]
    return dict(night) | {"recommendations": lines}
