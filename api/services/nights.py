"""Decides what a night is: the stages run for every account, each account on its own, the answer kept once."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from api.dates import within_calendar
from api.problems import problem
from api.services.account_rules import rule_policy
from api.services.inbox import accounts_with_inbox
from api.services.leasing import leased
from api.services.night_document import document_of, key_of
from api.services.night_history import OnStage, remembered
from api.services.night_state import NightState
from api.services.proposals import keep
from api.services.recommendations import approve_by_policy, keep_recommendations
from api.services.screenings import keep_screening
from api.speech import said, told
from api.unforeseen import frames, unexpected
from api.wiring import NIGHT
from engine.errors import AdcueError
from engine.logs import logger
from engine.messages import LANGUAGES, Language
from engine.pipeline import run_stages
from engine.store.account import AccountStore
from engine.store.nights import LEASE
from engine.store.records import Stored
from engine.store.store import Store

_LOG = logger("night")
Ending = Literal["done", "partly"]


@dataclass(frozen=True, slots=True)
class AccountNight:
    """One account's night: its document once a language, or the problem that ended it."""

    account: str
    status: Literal["done", "partly", "failed"]
    document: Mapping[str, Mapping[str, Any]]

    def as_dict(self, language: Language) -> dict[str, Any]:
        """JSON-ready in one language."""
        return {"account": self.account, "status": self.status} | dict(self.document[language])


def night_accounts(store: Store, fallback: str) -> list[str]:
    """Every account of the store or with an inbox; the fallback where there is none."""
    return sorted({*store.accounts(), *accounts_with_inbox()}) or [fallback]


def run_nights(
    store: Store,
    accounts: Sequence[str],
    as_of: date,
    actor: str,
    *,
    dry_run: bool = False,
    on_stage: OnStage | None = None,
) -> list[AccountNight]:
    """Runs every account's night; one that fails never stops the rest."""
    nights = []
    for name in accounts:
        try:
            with _account(store, name, actor, dry_run=dry_run) as account:
                nights.append(run_night(account, as_of, dry_run=dry_run, on_stage=on_stage))
        except AdcueError as error:
            nights.append(_failed(name, error))
        except Exception as error:
            _LOG.error("night_failed", kind=type(error).__name__, frames=frames(error))
            nights.append(_failed(name, unexpected(error)))
    return nights


@contextmanager
def _account(store: Store, name: str, actor: str, *, dry_run: bool) -> Iterator[AccountStore]:
    """The account; on a dry run one that is not there yet is not made, but tried out in a store that is thrown away."""
    if not dry_run or name in store.accounts():
        yield store.account(name, actor)
        return
    with tempfile.TemporaryDirectory(prefix="adcue-dry-run-") as folder:
        with closing(Store(f"sqlite:///{Path(folder) / 'adcue.sqlite3'}")) as aside:
            aside.upgrade()
            yield aside.account(name, actor)


def exit_code(nights: Sequence[AccountNight]) -> int:
    """0 all done, 1 some, 2 none."""
    done = sum(night.status == "done" for night in nights)
    if done == len(nights):
        return 0
    return 2 if all(night.status == "failed" for night in nights) else 1


def run_night(
    account: AccountStore, as_of: date, *, dry_run: bool = False, on_stage: OnStage | None = None
) -> AccountNight:
    """One account's night. On a dry run nothing is written; otherwise the same facts keep one answer.

    The night of a day before something that is known already is a replay: it says what would have been said then, and
    proposes and approves nothing. Raises ConflictError while another night of the account is under way, InputError for
    a day outside the calendar.
    """
    within_calendar(as_of)
    if dry_run:
        state = _run(account, as_of, account.nights.is_replay(as_of), on_stage, dry_run=True)
        return AccountNight(account.name, _ending(state), _documents(state))
    with leased(account, LEASE, thread=threading.current_thread().name) as alone:
        replay = alone.nights.is_replay(as_of)
        with remembered(alone, as_of, replay=replay, on_stage=on_stage) as night:
            state = _run(alone, as_of, replay, night.stage)
            stored = _keep(alone, state)
            night.end(_ending(state), stored.id)
    return AccountNight(account.name, _ending(state), {language: told(stored, language) for language in LANGUAGES})


def _run(
    account: AccountStore, as_of: date, replay: bool, on_stage: OnStage | None, *, dry_run: bool = False
) -> NightState:
    return run_stages(NIGHT, NightState(account, as_of, dry_run, replay), on_stage)[0]


def _documents(state: NightState) -> dict[str, Any]:
    return said(lambda language: document_of(state, language))


def _ending(state: NightState) -> Ending:
    return "partly" if any(file.status == "refused" for file in state.files) else "done"


def _keep(account: AccountStore, state: NightState) -> Stored:
    """Keeps what the night came to. Each piece is kept once, so a night that was cut short here goes on where it was.

    Of a replay only its document is kept.
    """
    found = _documents(state)
    reallocation = None if state.replay else _keep_advice(account, state)
    head = account.audit.head()
    beside = {"reallocation_id": reallocation, "audit": {"seq": head.seq, "hash": head.hash}}
    return account.put("night", said(lambda language: found[language] | beside), key_of(state))


def _keep_advice(account: AccountStore, state: NightState) -> str | None:
    """Keeps the recommendations, the proposal and the screenings; gives the short id of the proposal."""
    if state.judgement is not None and state.snapshot is not None:
        keep_recommendations(account, state.judgement)
        approve_by_policy(account, state.judgement, state.snapshot, rule_policy(account, state.as_of))
    kept = keep(account, state.reallocation) if state.reallocation is not None else None
    for source, screenings in state.screenings:
        keep_screening(account, screenings, source)
    return kept.short_id if kept is not None else None


def _failed(account: str, error: AdcueError) -> AccountNight:
    return AccountNight(account, "failed", {language: {"problem": problem(error, language)} for language in LANGUAGES})
