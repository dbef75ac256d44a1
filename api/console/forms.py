"""Decides how what people type into the page is read: the same words and the same faults as on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Request

from api.console.request_fields import PARTS
from api.copy_files import read_copy
from api.plan_files import checked_request
from api.plan_options import typed_fields
from api.problems import FieldFaults
from api.services.copy_rows import placement, row_request
from api.services.plan_request import ProposalRequest
from api.services.screenings import TRIAL
from api.uploads import received_file
from api.values import read_date
from compliance.findings import CopyItem
from engine.messages import Language, Message, render

MOST_NOTE = 2_000
_OF_VALUE = ("roas", "marginal_roas", "margin")
_BETWEEN = re.compile(r"[\n;；]+")


def proposal_request(form: Mapping[str, str], language: Language) -> ProposalRequest:
    """The request of the form. Raises InputError naming the field that cannot be read."""
    typed: dict[str, Any] = {
        field.name: _lines(form.get(field.name, "")) if field.several else form.get(field.name, "").strip()
        for part in PARTS.values()
        for field in part
    }
    typed |= {name: form.get(name, "").strip() for name in ("budget", "result")}
    typed["target"] = [line if "=" in line else f"{typed['result']}={line}" for line in typed["target"]]
    if any(typed[name] for name in _OF_VALUE):
        del typed["result"]  # a return on money is about the value of conversions, whatever stood chosen

    def called(name: str) -> str:
        return render(Message(f"api.console.form.{name}"), language)

    fields = typed_fields(typed, called)
    for name in ("start", "end"):
        fields[name] = read_date(form.get(name, ""), called(name)).isoformat()
    return checked_request(fields, language)


def note_of(form: Mapping[str, str], language: Language) -> str:
    """Why somebody decides so. Raises FieldFaults for a note longer than ``MOST_NOTE`` characters."""
    note = form.get("note", "").strip()
    if len(note) > MOST_NOTE:
        raise FieldFaults([("note", render(Message("api.field.too_long", {"limit": MOST_NOTE}), language))])
    return note


def _lines(text: str) -> list[str]:
    return [line.strip() for line in _BETWEEN.split(text) if line.strip()]


def copy_request(sent: Request) -> dict[str, Any]:
    """What is to be screened, as of the day asked for: the rows of an uploaded file, or the one text typed in."""
    upload = sent.files.get("file")
    if upload is not None and upload.filename:
        with received_file(upload) as stored:
            items = [row.item for row in read_copy(stored.path, name=stored.name)]
        source = stored.name
    else:
        at = placement("", sent.form.get("format", "")[:80], {})
        items, source = [CopyItem("1", sent.form.get("text", ""), sent.form.get("product", ""), {}, at)], TRIAL
    rows = [row_request(item) for item in items]
    on = sent.form.get("on", "")
    return {"rows": rows, "source": source, "on": read_date(on, "on").isoformat() if on else None}
