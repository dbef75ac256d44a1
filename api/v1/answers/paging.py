"""Decides how a list is answered: one page of items, and the id that asks for the page after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import Field

from api.v1.answers.parts import Part
from engine.store.records import Stored

Item = TypeVar("Item", bound=Part)


class PageOf(Part, Generic[Item]):
    """One page of a list."""

    items: list[Item] = Field(description="The items of this page.")
    next: str | None = Field(description="Id to pass as `after` for the next page; null at the end.")


def page(found: Sequence[Stored], limit: int, tell: Callable[[Stored], dict[str, Any]]) -> dict[str, Any]:
    """One page of at most ``limit`` documents; ``found`` holds one more where there is a next page."""
    shown = found[:limit]
    return {"items": [tell(one) for one in shown], "next": shown[-1].id if len(found) > limit else None}
