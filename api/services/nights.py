"""Decides what a night is: the stages run for every account, each account on its own, the answer kept once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from api.problems import problem
from api.services.account_rules import rule_policy
from api.services.inbox import accounts_with_inbox
from api.services.leasing import leased
from api.services.night_state import NightState
from api.services.proposals import keep
from api.services.recommendations import approve_by_policy, keep_recommendations, line_of
from api.services.screenings import keep_screening, screening_document
from api.speech import said, told
from api.unforeseen import frames, unexpected
from api.wiring import NIGHT
from engine.errors import AdcueError
from engine.logs import logger
from engine.messages import LANGUAGES, Language, render
from engine.pipeline import run_stages
from engine.store.account import AccountStore
from engine.store.store import Store

_LOG = logger("night")
OnStage = Callable[[str, int, int], None]


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
            nights.append(run_night(store.account(name, actor), as_of, dry_run=dry_run, on_stage=on_stage))
        except AdcueError as error:
            nights.append(_failed(name, error))
        except Exception as error:
            _LOG.error("night_failed", kind=type(error).__name__, frames=frames(error))
            nights.append(_failed(name, unexpected(error)))
    return nights


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

    Raises ConflictError while another night of the account is under way.
    """
    with leased(account, "night", thread=threading.current_thread().name) as alone:
        return _run_alone(alone, as_of, dry_run=dry_run, on_stage=on_stage)


def _run_alone(account: AccountStore, as_of: date, *, dry_run: bool, on_stage: OnStage | None) -> AccountNight:
    state, _ = run_stages(NIGHT, NightState(account, as_of, dry_run), on_stage)
    status: Literal["done", "partly"] = "partly" if any(f.status == "refused" for f in state.files) else "done"
    found = said(lambda language: _document(state, language))
    if dry_run:
        return AccountNight(account.name, status, found)
    if state.judgement is not None and state.snapshot is not None:
        keep_recommendations(account, state.judgement, {name: found[name]["recommendations"] for name in LANGUAGES})
        approve_by_policy(account, state.judgement, state.snapshot, rule_policy(account, state.as_of))
    kept = keep(account, state.reallocation) if state.reallocation is not None else None
    for source, screenings in state.screenings:
        keep_screening(account, screenings, source)
    reallocation = kept.short_id if kept is not None else None
    head = account.audit.head()
    beside = {"reallocation_id": reallocation, "audit": {"seq": head.seq, "hash": head.hash}}
    document = said(lambda language: found[language] | beside)
    stored = account.put("night", document, _key(state))
    return AccountNight(account.name, status, {language: told(stored, language) for language in LANGUAGES})


def _key(state: NightState) -> dict[str, Any]:
    """What makes two nights the same: the day, the facts, and what was said about them."""
    plan = state.reallocation.as_dict("en")["channels"] if state.reallocation is not None else None
    return {
        "as_of": state.as_of.isoformat(),
        "snapshot": state.snapshot.hash if state.snapshot is not None else None,
        "judgement": state.judgement.id if state.judgement is not None else None,
        "screenings": [[source, [one.as_dict("en") for one in s]] for source, s in state.screenings],
        "plan": plan,
        "refused": [file.file for file in state.files if file.status == "refused"],
    }


def _failed(account: str, error: AdcueError) -> AccountNight:
    return AccountNight(account, "failed", {language: {"problem": problem(error, language)} for language in LANGUAGES})


def _document(state: NightState, language: Language) -> dict[str, Any]:
    judged = state.judgement.as_dict(language) if state.judgement is not None else None
    recommendations = judged.pop("recommendations") if judged else []
    return {
        "as_of": state.as_of.isoformat(),
        "dry_run": state.dry_run,
        "files": [
            {"file": f.file, "status": f.status, "rows": f.rows, "problem": f.problem[language] if f.problem else None}
            for f in state.files
        ],
        "notices": [{"code": notice.id, "text": render(notice, language)} for notice in state.notices],
        "recommendations": [line_of(state.account.name, one) for one in recommendations],
        "judgement": judged,
        "screenings": [screening_document(s, source, None, language) for source, s in state.screenings],
        "reallocation": state.reallocation.as_dict(language) if state.reallocation is not None else None,
    }
