"""Decides what a morning is about: what needs a decision, the most money first, and what went wrong in the night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from api.dates import today
from api.services.bulk_edits import WAITING
from api.services.morning_mail import mail_of
from api.services.night_history import latest_night
from api.services.night_status import status_of
from api.services.screenings import undecided_blocks
from api.speech import told
from engine.messages import Language, render
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.lives import Life

OPEN: Sequence[str] = ("open",)
MOST = 40


@dataclass(frozen=True, slots=True)
class Waiting:
    """Recommendations that wait for the same thing: all counted, the first of them read, the most money first."""

    count: int
    stake: float
    lives: Sequence[Life]

    def as_dict(self, language: Language) -> dict[str, Any]:
        """JSON-ready in one language."""
        items = [line_of_life(life, language) for life in self.lives]
        return {"count": self.count, "spend_at_stake": self.stake, "items": items}


def gather(account: AccountStore, most: int) -> dict[str, Waiting]:
    """What waits in an account to be decided, looked at or carried out; of each at most ``most`` are read."""
    piles = account.recommendations.piles(*OPEN, *WAITING)

    def waiting(states: Sequence[str], needs_approval: bool) -> Waiting:
        counted = [pile for pile in piles if pile.state in states and pile.needs_approval is needs_approval]
        lives = account.recommendations.by_stake(most, *states, needs_approval=needs_approval) if counted else ()
        return Waiting(sum(pile.count for pile in counted), sum(pile.stake for pile in counted), lives)

    return {"decide": waiting(OPEN, True), "alerts": waiting(OPEN, False), "carry_out": waiting(WAITING, True)}


def morning_of(account: AccountStore, on: date, language: Language, most: int = MOST) -> dict[str, Any]:
    """The morning of ``on``, JSON-ready, with its mail; of every part at most ``most`` are listed, all are counted."""
    stored = latest_night(account)
    night = told(stored, language) if stored is not None else None
    return morning_document(account, on, language, gather(account, most), night)


def morning_document(
    account: AccountStore,
    on: date,
    language: Language,
    parts: Mapping[str, Waiting],
    night: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The same from what was gathered and the latest night as told."""
    document = {
        "account": account.name,
        "on": on.isoformat(),
        "currency": currency_in(night),
        "night": night_line(account, on, night, language),
        **{name: part.as_dict(language) for name, part in parts.items()},
        "refused_files": _refused(night),
        "notices": _notices(night),
        "undecided_copy": undecided_blocks(account),
        "undecided_proposal": _undecided_proposal(account, night),
    }
    return document | mail_of(document, language)


def currency_in(night: Mapping[str, Any] | None) -> str | None:
    """The currency that the night's facts were in; None where nothing was judged."""
    judged = (night or {}).get("judgement") or {}
    currency: str | None = judged.get("currency")
    return currency


def alerts_in(night: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What a night warns of; nights kept before they had alerts have the findings of their judgement."""
    found: Sequence[Mapping[str, Any]] = night.get("alerts", (night["judgement"] or {}).get("findings", []))
    return found


def night_line(account: AccountStore, on: date, night: Mapping[str, Any] | None, language: Language) -> dict[str, Any]:
    """Whether the night of a morning ran, as a state and a sentence, and of which morning what is shown is."""
    status = status_of(account.name, account.nights.latest(), None if on == today() else _evening(on))
    told_of = render(status.message, language)
    if status.state == "failed" and status.latest is not None and status.latest.problem is not None:
        told_of += f" {status.latest.problem[language]['detail']}"
    as_of = None if night is None else night["as_of"]
    return {"as_of": as_of, "status": status.state, "is_well": status.is_well, "text": told_of}


def _evening(on: date) -> datetime:
    """An instant of a day by which its night is due."""
    return datetime.combine(on, time(23, 59), ZoneInfo(settings().timezone))


def line_of_life(life: Life, language: Language) -> dict[str, Any]:
    """What a row says of a recommendation."""
    document = life.stored.document[language]
    return {
        "id": life.id,
        "short_id": life.stored.short_id,
        "rule": life.rule,
        "action": life.action,
        "proposed_action": document["proposed_action"],
        "platform": life.platform,
        "level": life.level,
        "name": document["name"],
        "state": life.state,
        "spend_at_stake": life.stake,
        "seen_on": life.seen_on.isoformat(),
        "reason": document["reason"],
    }


def _refused(night: Mapping[str, Any] | None) -> list[dict[str, str]]:
    files = (night or {}).get("files", [])
    return [{"file": one["file"], "detail": one["problem"]["detail"]} for one in files if one["problem"]]


def _notices(night: Mapping[str, Any] | None) -> list[str]:
    if night is None:
        return []
    return [*(one["text"] for one in night["notices"]), *(one["reason"] for one in alerts_in(night))]


def _undecided_proposal(account: AccountStore, night: Mapping[str, Any] | None) -> str | None:
    """Short id of the night's re-allocation as long as nobody decided it."""
    name: str | None = (night or {}).get("reallocation_id")
    if name is None:
        return None
    stored = account.get("proposal", name)
    return None if account.decisions("proposal", [stored]) else name
