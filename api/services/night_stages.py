"""Decides what each stage of a night does; every stage works on what the earlier ones left and can be read alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.problems import problem
from api.services.inbox import waiting_copy, waiting_exports
from api.services.night_context import context_of
from api.services.night_state import NightFile, NightState
from engine.errors import AdcueError, InputError
from engine.messages import LANGUAGES, Message

if TYPE_CHECKING:
    import pandas as pd

WEEKS_AHEAD = 4


@dataclass(frozen=True, slots=True)
class PickUpFiles:
    """Takes in the exports that wait. A replay of an earlier day takes in nothing: it was not known then."""

    name: str = "pick_up"

    def run(self, state: NightState) -> NightState:
        """The state with what became of each file."""
        waiting = waiting_exports(state.account.name)
        received = [entry.received_on for entry in state.account.imports()]
        if waiting and received and max(received) > state.as_of:
            notice = Message("api.night.replay", {"count": len(waiting), "as_of": state.as_of.isoformat()})
            return replace(state, notices=(*state.notices, notice))
        return replace(state, files=tuple(_pick_up(state, path) for path in waiting))


def _pick_up(state: NightState, path: Path) -> NightFile:
    from api.services.imports import import_file

    try:
        done = import_file(state.account, path, state.as_of, dry_run=state.dry_run)
    except InputError as error:
        return _refused(path, error)
    return NightFile(path.name, done.status, done.report.rows_kept)


def _refused(path: Path, error: InputError) -> NightFile:
    told: dict[str, Any] = {language: problem(error, language) for language in LANGUAGES}
    return NightFile(path.name, "refused", 0, told)


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """Reads the account as it was known on the night's day."""

    name: str = "snapshot"

    def run(self, state: NightState) -> NightState:
        """The state with the snapshot."""
        return replace(state, snapshot=state.account.snapshot(known_on=state.as_of, end=state.as_of))


@dataclass(frozen=True, slots=True)
class JudgeDelivery:
    """Asks the rules about creatives, placements and delivery, with what is set, told and done as of the day."""

    name: str = "rules"

    def run(self, state: NightState) -> NightState:
        """The state with the judgement; a notice where there is nothing to judge."""
        from rules.judge import judge

        if state.snapshot is None or state.snapshot.facts.empty:
            return replace(state, notices=(*state.notices, Message("api.night.no_facts")))
        beside = context_of(state.account, state.as_of)
        judgement = judge(
            state.snapshot,
            state.as_of,
            targets=beside.targets,
            states=beside.states,
            applied=beside.applied,
            since=beside.since,
        )
        return replace(state, judgement=judgement, notices=(*state.notices, *judgement.notices))


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
                screened.append((path.name, tuple(screen([row.item for row in rows]))))
            except InputError as error:
                files.append(_refused(path, error))
        return replace(state, files=tuple(files), screenings=tuple(screened))


@dataclass(frozen=True, slots=True)
class Reallocate:
    """Proposes the coming four weeks at the pace of the last complete four."""

    name: str = "optimizer"

    def run(self, state: NightState) -> NightState:
        """The state with the proposal; a notice where history does not carry one."""
        from api.services.proposals import ProposalRequest, plan

        if state.snapshot is None or state.snapshot.facts.empty:
            return state
        budget = recent_spend(state.snapshot.facts, state.snapshot.currency or "TWD")
        if budget <= 0:
            return replace(state, notices=(*state.notices, Message("api.night.no_pace")))
        start = state.as_of + timedelta(days=7 - state.as_of.weekday())
        request = ProposalRequest(budget=budget, start=start, end=start + timedelta(days=7 * WEEKS_AHEAD - 1))
        try:
            return replace(state, reallocation=plan(state.snapshot, request, origin="night"))
        except AdcueError as error:
            return replace(state, notices=(*state.notices, error.message))


def recent_spend(facts: pd.DataFrame, currency: str) -> Decimal:
    """Spend of the last four complete weeks, in whole units."""
    from optimizer.history import weekly_history

    frame = weekly_history(facts, "clicks", currency=currency).frame
    weekly = frame[frame["complete"]].groupby("week")["spend"].sum().sort_index().tail(WEEKS_AHEAD)
    return Decimal(round(float(weekly.sum()))) if len(weekly) == WEEKS_AHEAD else Decimal(0)
