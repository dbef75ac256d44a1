"""Decides what a kept proposal says on a cue sheet, and whether it may leave as final."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from api.cue import CueLine, CueSheet, asset_deadline, monday, spread_exactly, step_of
from api.media import channel_name, channel_placement, media
from api.reports.cue_sheet import write_cue_sheet
from api.services.delivery import estimate
from api.services.screenings import undecided_blocks
from engine.errors import ConflictError
from engine.messages import Message, render
from engine.settings import Settings, settings
from engine.store.account import AccountStore
from engine.store.records import Stored
from engine.vocabulary import Period, content_hash, short_id

_MOST_DIGITS = Decimal("0.1")


def cue_sheet_of(
    account: AccountStore, proposal_id: str, *, internal: bool = False, final: bool = False
) -> tuple[CueSheet, bytes]:
    """The cue sheet of a kept proposal and its XLSX file.

    Raises NotFoundError for an unknown proposal, ConflictError for a final sheet while blocked copy is undecided, of a
    proposal that was rejected, or of one that no second person approved where the settings ask for that.
    """
    stored, decided = account.get_decided("proposal", proposal_id)
    undecided = undecided_blocks(account)
    if final and undecided:
        raise ConflictError("api.cue.undecided", count=undecided)
    if final and decided is not None and decided.verdict == "rejected":
        raise ConflictError("api.cue.rejected", id=stored.short_id)
    if final and decided is None and settings().final_needs_approval:
        raise ConflictError("api.cue.unapproved", id=stored.short_id)
    sheet = build_cue_sheet(stored, undecided, final=final)
    if final:
        account.put("cue_sheet", {"proposal": stored.id, "version": sheet.version, "undecided": undecided})
    return sheet, write_cue_sheet(sheet, internal=internal)


def build_cue_sheet(
    stored: Stored, undecided: int = 0, *, final: bool = False, configured: Settings | None = None
) -> CueSheet:
    """The sheet's content, always in zh-TW: it is the client's paper. Channels that get nothing are left out."""
    chosen = configured or settings()
    document = stored.document["zh-TW"]
    period = Period(date.fromisoformat(document["request"]["start"]), date.fromisoformat(document["request"]["end"]))
    weekly = _weekly(document)
    lines = tuple(
        _line(channel, weekly.get(channel["channel"], {}), document, period)
        for channel in document["channels"]
        if Decimal(str(channel["spend"])) > 0
    )
    content = [stored.id, str(chosen.service_fee_rate), str(chosen.tax_rate), [str(line.amount) for line in lines]]
    return CueSheet(
        client=document["advertiser"] or document["account"],
        period=period,
        version=short_id("C", content_hash(content)),
        proposal_id=stored.short_id,
        made_on=stored.created_at.astimezone(ZoneInfo(chosen.timezone)).date(),
        currency=document["currency"],
        result_label=document["result_label"],
        lines=lines,
        weeks=tuple(sorted({monday(week) for weeks in weekly.values() for week in weeks})),
        fee_rate=chosen.service_fee_rate,
        tax_rate=chosen.tax_rate,
        undecided=undecided,
        final=final,
        notes=tuple(_notes(document)),
        reasons={channel["channel"]: channel["why"] for channel in document["channels"]},
    )


def _weekly(document: Mapping[str, Any]) -> dict[str, dict[date, Decimal]]:
    out: dict[str, dict[date, Decimal]] = {}
    for entry in document["weeks"]:
        week = monday(date.fromisoformat(entry["week_start"]))
        channel = out.setdefault(entry["channel"], {})
        channel[week] = channel.get(week, Decimal(0)) + Decimal(str(entry["spend"]))
    return out


def _line(
    channel: Mapping[str, Any], weekly: Mapping[date, Decimal], document: Mapping[str, Any], period: Period
) -> CueLine:
    name = channel["channel"]
    words = channel_placement(name)
    amount = Decimal(str(channel["spend"]))
    weeks = sorted(weekly)
    parts = spread_exactly(amount, [weekly[week] for week in weeks], step_of(document["currency"]))
    return CueLine(
        channel=name,
        category=words.category,
        media=channel_name(name),
        placement=words.placement,
        section=words.section,
        size=words.size,
        form=words.form,
        rotation=words.rotation,
        buy_type=words.buy_type,
        deadline=asset_deadline(period.start, media().asset_lead_workdays),
        amount=amount,
        weekly=dict(zip(weeks, parts, strict=True)),
        est_impressions=estimate(document["delivery"], name, "impressions", float(amount)),
        est_clicks=estimate(document["delivery"], name, "clicks", float(amount)),
        est_result=Decimal(str(channel["expected"])).quantize(_MOST_DIGITS),
        basis=channel["basis"],
    )


def _notes(document: Mapping[str, Any]) -> list[str]:
    assumed = [c for c in document["channels"] if c["basis"] == "assumed" and Decimal(str(c["spend"])) > 0]
    credit = document["request"]["credit"]
    notes = [Message("api.cue.note.basis", {"known_on": document["known_on"]})]
    notes += [Message("api.cue.note.recent")]
    if assumed:
        notes.append(Message("api.cue.note.assumed"))
    if credit:
        shown = "、".join(f"{platform} × {factor}" for platform, factor in credit.items())
        notes.append(Message("api.cue.note.credit", {"factors": shown}))
    notes.append(Message("api.cue.note.assets", {"days": media().asset_lead_workdays}))
    idle = [channel_name(c["channel"]) for c in document["channels"] if Decimal(str(c["spend"])) <= 0]
    if idle:
        notes.append(Message("api.cue.note.idle", {"channels": "、".join(idle)}))
    return [render(note, "zh-TW") for note in notes]
