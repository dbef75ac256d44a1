"""Endpoints for platform exports: hand one in, list what was received."""

from __future__ import annotations

from datetime import date
from typing import Literal

from flask_openapi3.models.file import FileStorage
from flask_openapi3.models.tag import Tag
from pydantic import ConfigDict, Field, field_validator
from werkzeug.datastructures import FileStorage as WerkzeugFile

from api.access import account_of_caller
from api.dates import today
from api.language import request_language
from api.services.imports import import_file, stored_import
from api.uploads import received_file
from api.v1.answers.imports import ImportOutcome, ImportPage
from api.v1.contract import Answer, NoQuery, Query, v1
from engine.ingest.report import Hints

TAGS = [Tag(name="imports")]


class ImportForm(Query):
    """A platform export with what a person knows of it; what is left out is read from the file."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    file: FileStorage = Field(description="CSV or XLSX as the platform exported it.")
    received: date | None = Field(None, description="The day it was received; default today.")
    dry_run: bool = Field(False, description="Describe only, write nothing.")
    platform: str | None = Field(None, max_length=40)
    currency: str | None = Field(None, max_length=3)
    date_order: Literal["ymd", "mdy", "dmy"] | None = None
    mapping: dict[str, str] | None = Field(None, description="Header to field, as a JSON object.")

    @field_validator("file")
    @classmethod
    def _is_a_file(cls, sent: object) -> object:
        """A part of the form without a file name is text, not a file."""
        if not isinstance(sent, WerkzeugFile) or not sent.filename:
            raise ValueError("must be a file")
        return sent


@v1.post("/imports", tags=TAGS, responses={200: ImportOutcome, 201: ImportOutcome})
def create_import(query: NoQuery, form: ImportForm) -> Answer:
    """Import one platform export.

    The answer says how the file was understood and what it changed. A file already imported changes nothing (200).
    """
    hints = Hints(platform=form.platform, currency=form.currency, date_order=form.date_order, mapping=form.mapping)
    account, received = account_of_caller(), form.received or today()
    with received_file(form.file) as upload:
        done = import_file(account, upload.path, received, hints, dry_run=form.dry_run, name=upload.name)
    return done.as_dict(request_language()), 201 if done.status == "imported" else 200


@v1.get("/imports", tags=TAGS, responses={200: ImportPage})
def list_imports(query: NoQuery) -> Answer:
    """List imports in the order they were received."""
    return {"items": [stored_import(entry) for entry in account_of_caller().imports()], "next": None}
