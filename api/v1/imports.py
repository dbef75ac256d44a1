"""Endpoints for platform exports: hand one in, list what was received."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from flask_openapi3.models.file import FileStorage
from flask_openapi3.models.tag import Tag
from pydantic import ConfigDict, Field, field_validator
from werkzeug.datastructures import FileStorage as WerkzeugFile

from api.access import account_of_caller
from api.dates import today
from api.services.imports import stored_import
from api.uploads import drop_upload, keep_upload
from api.v1.answers.imports import ImportOutcome, ImportPage
from api.v1.answers.paging import page
from api.v1.answers.runs import Run
from api.v1.contract import Answer, NoQuery, Page, Query, v1
from api.v1.long_work import answer_when_done, ask_run
from api.v1.strict import Day, Text
from engine.store.runs import StoredRun

TAGS = [Tag(name="imports")]


class ImportForm(Query):
    """A platform export with what a person knows of it; what is left out is read from the file."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    file: FileStorage = Field(description="CSV or XLSX as the platform exported it.")
    received: Day | None = Field(None, description="The day it was received; default today.")
    dry_run: bool = Field(False, description="Describe only, write nothing.")
    platform: str | None = Field(None, max_length=40, description="Whose export it is, such as google_ads.")
    currency: str | None = Field(None, max_length=3, description="ISO code of its money.")
    date_order: Literal["ymd", "mdy", "dmy"] | None = Field(None, description="How its days are written.")
    mapping: dict[str, str] | None = Field(None, description="Header to field, as a JSON object.")

    @field_validator("file")
    @classmethod
    def _is_a_file(cls, sent: object) -> object:
        """A part of the form without a file name is text, not a file."""
        if not isinstance(sent, WerkzeugFile) or not sent.filename:
            raise ValueError("must be a file")
        return sent


@v1.post("/imports", tags=TAGS, responses={200: ImportOutcome, 201: ImportOutcome, 202: Run})
def create_import(query: NoQuery, form: ImportForm) -> Answer:
    """Import one platform export.

    The answer says how the file was understood and what it changed. A file already imported changes nothing (200).
    """
    hints = {
        "platform": form.platform,
        "currency": form.currency,
        "date_order": form.date_order,
        "mapping": form.mapping,
    }
    return answer_when_done(ask_import(form.file, form.received or today(), dry_run=form.dry_run, hints=hints))


def ask_import(file: WerkzeugFile, received: date, *, dry_run: bool, hints: Mapping[str, Any]) -> StoredRun:
    """Keeps an upload and asks for its import; where that cannot be asked for, nothing of the upload stays."""
    kept = keep_upload(file)
    asked = {
        "stored_as": kept.path.name,
        "name": kept.name,
        "received": received.isoformat(),
        "dry_run": dry_run,
        "hints": dict(hints),
    }
    try:
        run = ask_run("file_import", asked)
    except BaseException:
        drop_upload(kept)
        raise
    if run.request.get("stored_as") != kept.path.name:
        drop_upload(kept)  # asked for before under the same Idempotency-Key: that upload counts
    return run


class ImportQuery(Page):
    """Which imports."""

    platform: Text | None = Field(None, max_length=40, description="Only exports of this platform.")


@v1.get("/imports", tags=TAGS, responses={200: ImportPage})
def list_imports(query: ImportQuery) -> Answer:
    """List imports, the latest written first."""
    found = account_of_caller().page_imports(query.limit + 1, query.after, query.platform)
    return page(found, query.limit, stored_import, named="import_id")
