"""Decides which JSON is read at all: every name once in its object, and no deeper than anything here goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask.json.provider import DefaultJSONProvider

from engine.errors import InputError


class OnceNamed(DefaultJSONProvider):
    """Reads JSON so that no two readers could understand it in two ways."""

    def loads(self, s: str | bytes, **options: Any) -> Any:
        """What the text says. Raises InputError for a name that stands twice in one object, or for endless nesting."""
        try:
            return super().loads(s, object_pairs_hook=_once, **options)
        except RecursionError as error:
            raise InputError("api.body.unreadable") from error


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InputError("api.body.repeated")
    return found
