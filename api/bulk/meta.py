"""Decides the rows of a Meta bulk-edit file: found by ids, and only the columns that change filled in.

Source: the header row of the template that Ads Manager exports; it changes, so the preview of the import is to be read
before it is confirmed.
"""

from __future__ import annotations

from api.bulk.edits import BulkForm, Edit, Row, cell_of, checked
from engine.messages import Message

COLUMNS = (
    "Campaign ID", "Campaign Name", "Campaign Status", "Campaign Daily Budget", "Ad Set ID", "Ad Set Name",
    "Ad Set Run Status", "Ad Set Daily Budget", "Bid Amount", "Ad ID", "Ad Name", "Ad Status",
)  # fmt: skip
STATUS = {"active": "ACTIVE", "paused": "PAUSED"}
_ID = {
    "campaign": ("Campaign ID", "Campaign Name"),
    "ad_group": ("Ad Set ID", "Ad Set Name"),
    "ad": ("Ad ID", "Ad Name"),
}
_STATUS_OF = {"campaign": "Campaign Status", "ad_group": "Ad Set Run Status", "ad": "Ad Status"}
_MONEY_OF = {
    ("campaign", "daily_budget"): "Campaign Daily Budget",
    ("ad_group", "daily_budget"): "Ad Set Daily Budget",
    ("ad_group", "bid"): "Bid Amount",
}


def _row(edit: Edit) -> Row | Message:
    if edit.level not in _ID or not edit.ids.get(edit.level):
        return Message("api.bulk.no_id", {})
    named: dict[str, str] = {}
    for level, (id_header, name_header) in _ID.items():
        if edit.ids.get(level):
            named |= {id_header: edit.ids[level], name_header: edit.names.get(level, "")}
        if level == edit.level:
            break
    cell = cell_of(edit, STATUS, _STATUS_OF, _MONEY_OF)
    return cell if isinstance(cell, Message) else checked(named | cell)


FORM = BulkForm("meta", COLUMNS, _row)
