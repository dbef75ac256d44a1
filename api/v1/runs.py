"""Endpoints for long work: list runs, ask how far one is, follow it, cancel it."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_of_caller
from api.jobs.kinds import clear_up
from api.jobs.telling import run_document
from api.language import request_language
from api.v1.answers.paging import page
from api.v1.answers.runs import Run, RunKind, RunPage, RunState
from api.v1.contract import Answer, NoQuery, Page, v1
from api.v1.following import event_stream
from api.v1.long_work import jobs
from engine.errors import ConflictError
from engine.store.account import AccountStore
from engine.store.runs import StoredRun

TAGS = [Tag(name="runs")]
# What each event holds; its data is a run as JSON.
EVENT = {
    "type": "object",
    "properties": {
        "event": {"const": "run"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/Run"},
        },
    },
    "required": ["event", "data"],
}
EVENTS = {"text/event-stream": {"schema": EVENT}}


class RunQuery(Page):
    """Which runs."""

    state: RunState | None = Field(None, description="Only runs in this state.")
    kind: RunKind | None = Field(None, description="Only this kind of work.")


class RunPath(BaseModel):
    """Which run."""

    model_config = ConfigDict(extra="forbid")
    run_id: str = Field(max_length=80, description="Id or short id of the run.")


@v1.get("/runs", tags=TAGS, responses={200: RunPage})
def list_runs(query: RunQuery) -> Answer:
    """List long work, newest first."""
    found = account_of_caller().runs.list(query.limit + 1, query.after, query.state, query.kind)
    language = request_language()
    return page(found, query.limit, lambda run: run_document(run, language, jobs().live(run.id)))


@v1.get("/runs/<run_id>", tags=TAGS, responses={200: Run})
def read_run(path: RunPath, query: NoQuery) -> Answer:
    """Say how far a run is, or what came of it."""
    run = account_of_caller().runs.read(path.run_id)
    return run_document(run, request_language(), jobs().live(run.id))


@v1.get(
    "/runs/<run_id>/events",
    tags=TAGS,
    responses={200: {"description": "Server-sent events named `run`, the last one final.", "content": EVENTS}},
)
def follow_run(path: RunPath, query: NoQuery) -> Answer:
    """Follow a run: each change is sent as it comes, until the run is over or ten minutes have gone by."""
    account = account_of_caller()
    run = account.runs.read(path.run_id)
    return event_stream(account, run, jobs(), request_language())


@v1.post("/runs/<run_id>/cancel", tags=TAGS, responses={200: Run})
def cancel_run(path: RunPath, query: NoQuery) -> Answer:
    """Ask for a run's end; work under way ends at its next step and keeps nothing of it."""
    run = stop_run(account_of_caller(), path.run_id)
    return run_document(run, request_language(), jobs().live(run.id))


def stop_run(account: AccountStore, name: str) -> StoredRun:
    """The run after its end was asked for. ConflictError where it was over before that."""
    run = account.runs.read(name)
    live = jobs().live(run.id)
    if live is not None:
        # First, as the work may hold the store that the request needs.
        live.ask_stop("cancelled", account.actor)
    return _cancelled(account, run, live is not None)


def _cancelled(account: AccountStore, run: StoredRun, told: bool) -> StoredRun:
    """The run after the request for its end. ConflictError where it was over before that."""
    try:
        stands = account.runs.cancel(run.id)
    except ConflictError:
        stands = account.runs.read(run.id)
        if not told or stands.state != "cancelled":
            raise
    if not stands.is_open:
        clear_up(run.kind, run.request)  # no thread takes it up any more
    return stands
