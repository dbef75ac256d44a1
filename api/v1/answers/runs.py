"""Decides what is answered about long work: how far it is, and what came of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.v1.answers.imports import ImportOutcome
from api.v1.answers.nights import Night, NightTrial
from api.v1.answers.paging import PageOf
from api.v1.answers.parts import ContentHash, Count, Moment, Part

RunKind = Literal["file_import", "proposal", "night", "copy_check"]
RunState = Literal["queued", "running", "done", "failed", "cancelled"]


class Run(Part):
    """A piece of long work."""

    id: ContentHash = Field(description="Id of the run.")
    short_id: str = Field(description="What people call it, such as J-7f3a9c01de.")
    kind: RunKind = Field(description="What kind of work.")
    state: RunState = Field(description="`queued` and `running` are open; the others are final.")
    stage: str = Field(description="The step under way; empty before the first.")
    stage_text: str = Field(description="The same in words, in the language asked for.")
    done: Count = Field(description="How much of the stage is done.")
    total: Count = Field(description="How much there is; 0 where it is not known.")
    attempts: Count = Field(description="How often it was taken up: more than 1 after a restart in between.")
    cancel_asked: bool = Field(description="Whether its end was asked for.")
    actor: str = Field(description="Who asked for it.")
    created_at: Moment = Field(description="When it was asked for.")
    finished_at: Moment | None = Field(description="When it was over.")
    result: str | None = Field(description="Where the document that came of it is read.")
    answer: ImportOutcome | Night | NightTrial | None = Field(description="What came of it where it is no document.")
    problem: dict[str, Any] | None = Field(description="Why it failed, as problem details.")


class RunPage(PageOf[Run]):
    """Runs, newest first."""
