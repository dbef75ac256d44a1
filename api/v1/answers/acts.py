"""Decides what is answered about the audit chain: acts with their hashes, and whether the chain holds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.v1.answers.paging import PageOf
from api.v1.answers.parts import ContentHash, Count, Moment, Part


class Act(Part):
    """One act: who did what to which thing. Details are ids and counts only."""

    seq: int = Field(ge=1, description="Its number in the account, without gaps.")
    at: Moment = Field(description="When it was written.")
    actor: str = Field(description="person:<id>, key:<id>, cli, or what else acted.")
    action: str = Field(description="What was done, such as import.recorded.")
    subject: str = Field(description="To what: kind and id.")
    details: dict[str, Any] = Field(description="Ids and counts.")
    previous: str = Field(description="Hash of the act before it; empty for the first.")
    hash: ContentHash = Field(description="Hash over this act and `previous`.")


class ActPage(PageOf[Act]):
    """Acts, newest first."""


class BrokenLink(Part):
    """The first place where the chain does not hold."""

    seq: Count = Field(description="Number of the act.")
    fault: Literal["changed", "missing", "unlinked", "cut", "overrun", "unknown_head"] = Field(
        description="What is wrong there."
    )


class Verification(Part):
    """Whether the whole chain holds."""

    holds: bool = Field(description="Whether every act is as it was written and follows the one before it.")
    seq: Count = Field(description="Number of the last act.")
    head: str = Field(description="Hash of the last act; empty where there is none.")
    broken: BrokenLink | None = Field(description="Where it does not hold; null where it does.")
