"""Decides the rows of a Google Ads Editor file: headers in English, found by names, a blank cell changes nothing.

Source: support.google.com/google-ads/editor/answer/57747. An ad has no name there: it is found by its texts, which
only a state export from Editor holds.
"""

from __future__ import annotations

from api.bulk.edits import BulkForm, Edit, Row, cell_of, checked
from engine.messages import Message

AD_TEXTS = (
    *(f"Headline {n}" for n in range(1, 16)), *(f"Description {n}" for n in range(1, 5)),
    *(f"Description Line {n}" for n in (1, 2)), "Path 1", "Path 2", "Final URL", "Ad type",
)  # fmt: skip
COLUMNS = (
    "Campaign", "Ad Group", "Campaign Status", "Ad Group Status", "Status", "Campaign Daily Budget", "Max CPC",
    *AD_TEXTS,
)  # fmt: skip
STATUS = {"active": "Enabled", "paused": "Paused"}
_STATUS_OF = {"campaign": "Campaign Status", "ad_group": "Ad Group Status", "ad": "Status"}
_MONEY_OF = {("campaign", "daily_budget"): "Campaign Daily Budget", ("ad_group", "bid"): "Max CPC"}


def _row(edit: Edit) -> Row | Message:
    name = {header: edit.names.get(level, "") for header, level in (("Campaign", "campaign"), ("Ad Group", "ad_group"))}
    if edit.level == "campaign":
        del name["Ad Group"]
    if not all(name.values()):
        return Message("api.bulk.no_name", {})
    texts = {header: cell for header, cell in edit.traits.items() if header in AD_TEXTS and cell}
    if edit.level == "ad" and not texts:
        return Message("api.bulk.no_texts", {})
    cell = cell_of(edit, STATUS, _STATUS_OF, _MONEY_OF)
    return cell if isinstance(cell, Message) else checked(name | cell | (texts if edit.level == "ad" else {}))


FORM = BulkForm("google_ads", COLUMNS, _row)
