"""Decides how what people type into the page is read: the same words and the same faults as on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Request

from api.copy_files import read_copy
from api.services.proposals import ProposalRequest
from api.services.screenings import TRIAL
from api.uploads import received_file
from api.values import read_amounts, read_date, read_fractions, read_money
from compliance.findings import CopyItem

_BETWEEN = re.compile(r"[\n;；]+")


def proposal_request(form: Mapping[str, str]) -> ProposalRequest:
    """The request of the form. Raises InputError naming the field that cannot be read."""
    return ProposalRequest(
        budget=read_money(form.get("budget", ""), "budget"),
        start=read_date(form.get("start", ""), "start"),
        end=read_date(form.get("end", ""), "end"),
        result=form.get("result", "conversions"),
        minimums=read_amounts(_lines(form.get("min", "")), "min"),
        maximums=read_amounts(_lines(form.get("max", "")), "max"),
        share_caps=read_fractions(_lines(form.get("share_cap", "")), "share_cap"),
        credit=read_fractions(_lines(form.get("credit", "")), "credit", most=None),
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in _BETWEEN.split(text) if line.strip()]


def copy_request(sent: Request) -> dict[str, Any]:
    """What is to be screened: the rows of an uploaded file under its name, or the one text typed in."""
    upload = sent.files.get("file")
    if upload is not None and upload.filename:
        with received_file(upload) as stored:
            items = [row.item for row in read_copy(stored.path, name=stored.name)]
        source = stored.name
    else:
        items, source = [CopyItem("1", sent.form.get("text", ""), sent.form.get("product", ""), {})], TRIAL
    rows = [
        {"row_id": item.row_id, "text": item.text, "product": item.product, "facts": dict(item.facts)} for item in items
    ]
    return {"rows": rows, "source": source, "on": None}
