"""Decides how a list is answered: one page of items, and the id that asks for the page after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

from pydantic import Field

from api.v1.answers.parts import Part

Item = TypeVar("Item", bound=Part)
Found = TypeVar("Found")


class PageOf(Part, Generic[Item]):
    """One page of a list."""

    items: list[Item] = Field(description="The items of this page.")
    next: str | None = Field(description="Id to pass as `after` for the next page; null at the end.")


def page(
    found: Sequence[Found], limit: int, tell: Callable[[Found], dict[str, Any]], named: str = "id"
) -> dict[str, Any]:
    """One page of at most ``limit`` of what was found; ``found`` holds one more where there is a next page.

    ``named`` is the attribute by which the next page is asked for.
    """
    shown = found[:limit]
    more = str(attrgetter(named)(shown[-1])) if len(found) > limit else None
    return {"items": [tell(one) for one in shown], "next": more}
