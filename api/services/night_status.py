"""Decides whether the nights of an account run as they should: on time, under way, late, or ended badly.

A night is due once the hour ``night_by`` of its morning has come. One that has not run by then is late, whatever
became of earlier ones; before that hour the night before counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.messages import Language, Message, render
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.nights import StoredNight

State = Literal["never", "running", "late", "interrupted", "failed", "partly", "done"]
STATES: tuple[State, ...] = ("done", "partly", "running", "late", "failed", "interrupted", "never")
WELL = frozenset({"done", "partly", "running"})
TOLD = 14


@dataclass(frozen=True, slots=True)
class NightStatus:
    """How the nights of one account stand; ``missed`` is how many mornings up to ``due`` have had none."""

    account: str
    state: State
    due: date
    missed: int
    latest: StoredNight | None

    @property
    def is_well(self) -> bool:
        """Whether nobody has to look."""
        return self.state in WELL

    def as_dict(self, language: Language, history: Sequence[StoredNight] = ()) -> dict[str, Any]:
        """JSON-ready; ``history`` the latest first."""
        return {
            "account": self.account,
            "state": self.state,
            "due": self.due.isoformat(),
            "missed": self.missed,
            "text": render(self.message, language),
            "latest": None if self.latest is None else night_line(self.latest, language),
            "history": [night_line(night, language) for night in history],
        }

    @property
    def message(self) -> Message:
        """The one sentence."""
        last = self.latest
        values: dict[str, str | int] = {"account": self.account, "due": self.due.isoformat(), "missed": self.missed}
        if last is not None:
            values |= {
                "as_of": last.as_of.isoformat(),
                "stage": f"run.stage.{last.stage or 'queued'}",
                "attempts": last.attempts,
            }
            values |= {"at": _local(last.ended_at or last.started_at).isoformat(timespec="minutes")}
        return Message(f"api.night.status.{self.state}", values)


def night_line(night: StoredNight, language: Language) -> dict[str, Any]:
    """One night of the history, JSON-ready."""
    return {
        "as_of": night.as_of.isoformat(),
        "replay": night.replay,
        "state": night.state,
        "stage": night.stage,
        "attempts": night.attempts,
        "started_at": night.started_at.isoformat(),
        "ended_at": night.ended_at.isoformat() if night.ended_at is not None else None,
        "night_id": night.night_id,
        "problem": night.problem[language] if night.problem is not None else None,
    }


def status_of(account: str, latest: StoredNight | None, at: datetime | None = None) -> NightStatus:
    """How an account stands at an instant (default: now), given its latest night."""
    due = due_day(at)
    if latest is None:
        return NightStatus(account, "never", due, 0, None)
    missed = max(0, (due - latest.as_of).days)
    return NightStatus(account, _state(latest, missed), due, missed, latest)


def account_status(account: AccountStore) -> tuple[NightStatus, list[StoredNight]]:
    """The same for one account now, with its last nights, replays among them."""
    return status_of(account.name, account.nights.latest()), account.nights.list(TOLD)


def due_day(at: datetime | None = None) -> date:
    """The morning whose night should have run by an instant (default: now)."""
    local = _local(at or datetime.now(ZoneInfo(settings().timezone)))
    return local.date() if local.hour >= settings().night_by else local.date() - timedelta(days=1)


def counts_of(found: Iterable[NightStatus]) -> Mapping[str, int]:
    """How many accounts stand how, every state named."""
    counted = Counter(one.state for one in found)
    return {state: counted[state] for state in STATES}


def status_code(found: Sequence[NightStatus]) -> int:
    """0 where nobody has to look, 1 for some accounts, 2 for all."""
    well = sum(one.is_well for one in found)
    if well == len(found):
        return 0
    return 1 if well else 2


def _state(latest: StoredNight, missed: int) -> State:
    if latest.state == "running":
        return "running"
    if missed:
        return "late"
    return latest.state


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(settings().timezone))
