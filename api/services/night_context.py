"""Decides what the rules are told beside the facts on a morning: targets, states, what was done, what is still said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from api.dates import end_of
from api.services.account_rules import rule_targets
from api.services.rule_packs import packs_on, packs_then
from api.services.running_plan import running_plan
from engine.messages import LANGUAGES, Message
from engine.snapshot import Snapshot
from engine.store.account import AccountStore
from engine.store.lives import Done
from engine.store.records import Stored

if TYPE_CHECKING:
    from rules.given import Given
    from rules.judgement import Applied, Episode, Targets
    from rules.loading import LoadedPack


@dataclass(frozen=True, slots=True)
class NightContext:
    """As known on the night's day: nothing set, told or done later is in it.

    ``given`` holds the states of entities, the running plan and the reporting lag of every platform; ``notices`` say
    which of the account's own rules cannot be read any more.
    """

    packs: tuple[LoadedPack, ...]
    targets: Targets
    given: Given
    applied: tuple[Applied, ...]
    since: Mapping[Episode, date]
    notices: tuple[Message, ...] = ()


def context_of(
    account: AccountStore, as_of: date, snapshot: Snapshot | None = None, *, replay: bool = False
) -> NightContext:
    """What the account's rules are told on the morning of ``as_of``.

    On a replay these are the rules that the night itself was judged by, and targets and plans set until it was kept;
    those of the day's end where there was no such night. The running plan is told where there are the facts of
    ``snapshot`` to hold against it.
    """
    from rules.given import Given
    from rules.reporting_lag import estimate_lag

    night = _night_of(account, as_of) if replay else None
    known_by = end_of(as_of) if night is None else night.created_at
    asked = [] if night is None else _asked(night)
    chosen = packs_then(account, as_of, asked) if asked else packs_on(account, as_of)
    lives = account.recommendations
    return NightContext(
        packs=chosen.packs,
        targets=rule_targets(account, as_of, known_by if replay else None),
        given=Given(
            states=account.states.known(as_of),
            plan=() if snapshot is None or snapshot.facts.empty else running_plan(account, as_of, snapshot, known_by),
            lag=estimate_lag(account.receipts(as_of)),
        ),
        applied=tuple(_applied(lives.done("applied", as_of))),
        since=lives.since(as_of),
        notices=chosen.notices,
    )


def _night_of(account: AccountStore, as_of: date) -> Stored | None:
    """What the night of a morning came to, replays aside; None where none was kept."""
    night = account.nights.of(as_of)
    return None if night is None or night.night_id is None else account.get("night", night.night_id)


def _asked(night: Stored) -> Sequence[Mapping[str, str]]:
    """Name and hash of every rule that a night was judged by; none where it had nothing to judge."""
    judged = night.document[LANGUAGES[0]]["judgement"]
    return [] if judged is None else judged["packs"]


def _applied(done: Sequence[Done]) -> list[Applied]:
    from rules.judgement import Applied

    return [Applied(one.rule, one.entity, one.taken.on, one.action, _share(one.taken.after)) for one in done]


def _share(after: Mapping[str, Any] | None) -> float | None:
    share = (after or {}).get("share")
    return float(share) if share is not None else None
