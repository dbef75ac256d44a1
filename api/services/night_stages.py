"""Decides what each stage of a night does; every stage works on what the earlier ones left and can be read alone."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from api.services.inbox import waiting_copy, waiting_exports
from api.services.night_context import context_of
from api.services.night_state import NightState
from api.services.pick_up import pick_up, refused
from engine.errors import AdcueError, InputError
from engine.messages import Message
from engine.store.account import AccountStore

if TYPE_CHECKING:
    import pandas as pd

    from rules.judgement import Judgement

WEEKS_AHEAD = 4


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """Takes in the exports that wait, then reads all a night looks at as it was known on the night's day.

    A replay takes in nothing: it was not known then. On a dry run the files are taken back once the account is read.
    """

    name: str = "pick_up"

    def run(self, state: NightState) -> NightState:
        """The state with what became of each file, the facts and what the rules are told beside them."""
        waiting = waiting_exports(state.account.name)
        if state.replay and waiting:
            told = Message("api.night.replay", {"count": len(waiting), "as_of": state.as_of.isoformat()})
            state, waiting = replace(state, notices=(*state.notices, told)), []
        with _reading(state, rehearsed=state.dry_run and bool(waiting)) as account:
            files = pick_up(account, waiting, state.as_of, dry_run=state.dry_run)
            snapshot = account.snapshot(known_on=state.as_of, end=state.as_of)
            context = context_of(account, state.as_of, snapshot, replay=state.replay)
            return replace(state, files=files, snapshot=snapshot, context=context)


def _reading(state: NightState, *, rehearsed: bool) -> AbstractContextManager[AccountStore]:
    return state.account.rehearsal() if rehearsed else nullcontext(state.account)


@dataclass(frozen=True, slots=True)
class CheckData:
    """Looks for days that are missing inside and for totals that do not agree, before anything is judged on them."""

    name: str = "check"

    def run(self, state: NightState) -> NightState:
        """The state with a finding for each."""
        from rules.data_checks import data_checks

        if state.snapshot is None or state.snapshot.facts.empty:
            return state
        found = data_checks(state.snapshot.facts, state.as_of)
        return replace(state, findings=(*state.findings, *found))


@dataclass(frozen=True, slots=True)
class JudgeDelivery:
    """Asks the rules about creatives, placements and delivery, with what is set, told and done as of the day."""

    name: str = "rules"

    def run(self, state: NightState) -> NightState:
        """The state with the judgement; a notice where there is nothing to judge."""
        from rules.judge import judge

        beside = state.context
        if state.snapshot is None or state.snapshot.facts.empty or beside is None:
            return replace(state, notices=(*state.notices, Message("api.night.no_facts")))
        judgement = judge(
            state.snapshot,
            state.as_of,
            packs=beside.packs,
            targets=beside.targets,
            given=beside.given,
            applied=beside.applied,
            since=beside.since,
        )
        return replace(state, judgement=judgement, notices=(*state.notices, *beside.notices, *judgement.notices))


@dataclass(frozen=True, slots=True)
class ScreenCopy:
    """Screens the copy that waits in the inbox under the law of the night's day."""

    name: str = "compliance"

    def run(self, state: NightState) -> NightState:
        """The state with every file's screening."""
        from api.copy_files import read_copy
        from compliance.screening import screen

        files, screened = list(state.files), []
        for path in waiting_copy(state.account.name):
            try:
                rows = read_copy(path)
                screened.append((path.name, tuple(screen([row.item for row in rows], state.as_of))))
            except InputError as error:
                files.append(refused(path, error))
        return replace(state, files=tuple(files), screenings=tuple(screened))


@dataclass(frozen=True, slots=True)
class Reallocate:
    """Proposes the coming four weeks at the pace of the last complete four, within what the advice asks of channels."""

    name: str = "optimizer"

    def run(self, state: NightState) -> NightState:
        """The state with the proposal and the amounts of shifts; a notice where history does not carry one."""
        from api.services.proposals import ProposalRequest
        from api.services.shifts import settle

        if state.snapshot is None or state.judgement is None:
            return state
        budget = recent_spend(state.snapshot.facts, state.snapshot.currency or "TWD")
        if budget <= 0:
            return _unsettled(state, state.judgement, Message("api.night.no_pace"))
        start = state.as_of + timedelta(days=7 - state.as_of.weekday())
        request = ProposalRequest(budget=budget, start=start, end=start + timedelta(days=7 * WEEKS_AHEAD - 1))
        try:
            done = settle(state.snapshot, request, state.judgement)
        except AdcueError as error:
            return _unsettled(state, state.judgement, error.message)
        return replace(state, reallocation=done.proposed, judgement=done.judgement)


def _unsettled(state: NightState, judgement: Judgement, why: Message) -> NightState:
    """The state of a night without a plan, which leaves shifts without amounts."""
    from api.services.shifts import without_amounts

    return replace(state, judgement=without_amounts(judgement), notices=(*state.notices, why))


def recent_spend(facts: pd.DataFrame, currency: str) -> Decimal:
    """Spend of the last four complete weeks, in whole units."""
    from optimizer.history import weekly_history

    frame = weekly_history(facts, "clicks", currency=currency).frame
    weekly = frame[frame["complete"]].groupby("week")["spend"].sum().sort_index().tail(WEEKS_AHEAD)
    return Decimal(round(float(weekly.sum()))) if len(weekly) == WEEKS_AHEAD else Decimal(0)
