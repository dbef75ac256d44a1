"""Decides how a platform's own export of settings is read: which row is what, paused or active, bid and budget.

Two forms are known by their headers: what Google Ads Editor exports (UTF-16, tabs, some 240 columns; what a row is
shows in the columns that are filled) and what Meta's bulk export holds (one line an ad, with its ad set and campaign).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from api.bulk.google_ads_editor import AD_TEXTS
from api.table_files import table_lines
from engine.ingest.faults import FaultList
from engine.ingest.sniffing import read_bytes
from engine.messages import Message
from engine.settings import settings
from engine.store.states import AMOUNTS, StateRow, Status
from engine.vocabulary import content_hash

Cells = Mapping[str, str]
STATUS: Mapping[str, Status] = {
    "enabled": "active", "active": "active", "paused": "paused", "removed": "removed", "deleted": "removed",
    "archived": "removed", "ended": "ended", "campaign_paused": "paused", "adset_paused": "paused",
    # What Meta calls an ad that is switched on and does not run, or not yet.
    "disapproved": "active", "pending_review": "active", "preapproved": "active", "in_process": "active",
    "with_issues": "active", "pending_billing_info": "active",
}  # fmt: skip
# How the word of a review begins -> what it says; a word that begins otherwise tells nothing.
REVIEW = {
    "disapproved": "disapproved", "not approved": "disapproved", "rejected": "disapproved",
    "approved (limited": "limited", "eligible (limited": "limited", "approved": "approved", "eligible": "approved",
    "under review": "pending", "pending": "pending", "in process": "pending", "preapproved": "pending",
}  # fmt: skip
# By what two ads of Meta are seen to show the same.
META_CREATIVE = ("Image Hash", "Video ID", "Title", "Body")


def read_states(path: Path) -> list[StateRow]:
    """What every campaign, ad group and ad of an export is.

    Raises FileFaults for a file that is no such export, or with every cell that cannot be read.
    """
    limits, faults = settings(), FaultList(path.name)
    lines = iter(table_lines(read_bytes(path, limits, faults), limits, faults))
    headers: list[str] = []
    rows_of: Callable[[Cells, _Cell], Iterator[StateRow]] | None = None
    found: dict[str, list[tuple[int, StateRow]]] = {}
    for number, cells in lines:
        if rows_of is None:
            headers = [cell.strip().casefold().removeprefix("\ufeff") for cell in cells]
            rows_of = _form_of(headers)
            if rows_of is None:
                raise faults.stop(Message("api.states.unknown_form"), row=number)
            continue
        told = {header: cell.strip() for header, cell in zip(headers, cells, strict=False)}
        for row in rows_of(told, _Cell(faults, number)):
            found.setdefault(row.id, []).append((number, row))
    told_of = [row for told in found.values() for row in _told_apart(told, faults)]
    faults.raise_any()
    if not told_of:
        raise faults.stop(Message("api.states.nothing"))
    return told_of


def _told_apart(told: list[tuple[int, StateRow]], faults: FaultList) -> list[StateRow]:
    """What several rows tell of one name: ads of different texts are several, anything else is told once.

    A fault where two rows tell different things of the same entity; a cell left empty contradicts nothing.
    """
    several = len({content_hash(row.traits) for _, row in told if not row.external_id}) > 1
    out: dict[str, StateRow] = {}
    for number, row in told:
        apart = content_hash(row.traits) if several and not row.external_id else ""
        one = out.setdefault(apart, replace(row, apart=apart))
        for name in ("status", *AMOUNTS):
            before, now = getattr(one, name), getattr(row, name)
            if None not in (before, now) and before != now:
                told_as = Message(
                    "api.states.contradiction", {"name": row.name or row.external_id, "first": told[0][0]}
                )
                faults.add(told_as, number, name)
        known = {name: getattr(row, name) for name in AMOUNTS if getattr(row, name) is not None}
        out[apart] = replace(one, **known)
    return list(out.values())


def _form_of(headers: list[str]) -> Callable[[Cells, _Cell], Iterator[StateRow]] | None:
    if {"ad set run status", "ad status"} & set(headers) and "campaign id" in headers:
        return _meta_rows
    if {"campaign status", "ad group status", "status"} & set(headers) and "campaign" in headers:
        return _editor_rows
    return None


class _Cell:
    """Reads single cells of one row, and notes what cannot be read."""

    def __init__(self, faults: FaultList, row: int) -> None:
        self._faults, self._row = faults, row

    def status(self, told: Cells, column: str) -> Status | None:
        """None where the cell is empty, so that the row says nothing of it."""
        text = told.get(column, "").casefold().replace(" ", "_")
        if text and text not in STATUS:
            self._faults.add(Message("api.states.status", {"known": "、".join(STATUS)}), self._row, column)
        return STATUS.get(text)

    @staticmethod
    def review(text: str) -> str:
        """What a platform's review said; empty where the cell tells nothing of it."""
        word = text.casefold().replace("_", " ")
        return next((said for begins, said in REVIEW.items() if word.startswith(begins)), "")

    def money(self, told: Cells, column: str) -> Decimal | None:
        """None where the cell is empty, or names another setting instead of an amount."""
        text = told.get(column, "").replace(",", "")
        if not text or not any(character.isdigit() for character in text):
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal(-1)
        if not value.is_finite() or value < 0 or value > 10**12:
            self._faults.add(Message("api.states.money"), self._row, column)
            return None
        return value or None


def _editor_rows(told: Cells, cell: _Cell) -> Iterator[StateRow]:
    """One row of Editor is one thing: an ad where it holds a text, else an ad group, else a campaign."""
    campaign, group = told.get("campaign", ""), told.get("ad group", "")
    texts = {header: told[header.casefold()] for header in AD_TEXTS if told.get(header.casefold())}
    if texts.keys() - {"Final URL", "Ad type"} and campaign and group:
        status = cell.status(told, "status")
        if status is not None:
            name = texts.get("Headline 1") or next(iter(texts.values()))
            yield StateRow("google_ads", "ad", told.get("ad name") or name, status, told.get("ad id", ""),
                           campaign_name=campaign, ad_group_name=group, traits=texts,
                           review=cell.review(told.get("approval status", "")),
                           final_url=told.get("final url", ""))  # fmt: skip
    elif group and campaign and not told.get("keyword"):
        status = cell.status(told, "ad group status")
        if status is not None:
            yield StateRow("google_ads", "ad_group", group, status, told.get("ad group id", ""),
                           campaign_name=campaign, bid=cell.money(told, "max cpc"))  # fmt: skip
    elif campaign and not group:
        status = cell.status(told, "campaign status")
        if status is not None:
            budget = cell.money(told, "campaign daily budget") or cell.money(told, "budget")
            yield StateRow("google_ads", "campaign", campaign, status, told.get("campaign id", ""),
                           daily_budget=budget)  # fmt: skip


def _meta_rows(told: Cells, cell: _Cell) -> Iterator[StateRow]:
    """One line of Meta names a campaign, the ad set in it and the ad in that."""
    campaign, group = told.get("campaign name", ""), told.get("ad set name", "")
    status = cell.status(told, "campaign status")
    if status is not None and (told.get("campaign id") or campaign):
        yield StateRow("meta", "campaign", campaign, status, _bare(told.get("campaign id", "")),
                       daily_budget=cell.money(told, "campaign daily budget"))  # fmt: skip
    status = cell.status(told, "ad set run status")
    if status is not None and (told.get("ad set id") or group):
        yield StateRow("meta", "ad_group", group, status, _bare(told.get("ad set id", "")), campaign_name=campaign,
                       daily_budget=cell.money(told, "ad set daily budget"),
                       bid=cell.money(told, "bid amount"))  # fmt: skip
    status = cell.status(told, "ad status")
    if status is not None and (told.get("ad id") or told.get("ad name")):
        shown = {header: told[header.casefold()] for header in META_CREATIVE if told.get(header.casefold())}
        yield StateRow("meta", "ad", told.get("ad name", ""), status, _bare(told.get("ad id", "")),
                       campaign_name=campaign, ad_group_name=group, traits=shown,
                       review=cell.review(told.get("ad status", "")), final_url=told.get("link", ""))  # fmt: skip


def _bare(text: str) -> str:
    """An id without the letters that Meta's bulk export puts before it, such as ``a:`` or ``cg:``."""
    return text.rpartition(":")[2]
