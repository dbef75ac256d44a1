"""Decides what becomes of the rules' advice: kept once a night, decided by a person or a policy, marked, taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from api.speech import said, said_beside
from engine.allocating import give_back, no_cycle_search
from engine.errors import ConflictError
from engine.messages import LANGUAGES, Language, Message, render
from engine.snapshot import Snapshot
from engine.store.account import AccountStore
from engine.store.decisions import VerdictName
from engine.store.lives import Life
from engine.store.raised import Keeping, Raised
from engine.store.steps import Source, StepName, WantedStep
from engine.vocabulary import content_hash

if TYPE_CHECKING:
    from rules.actions import Change
    from rules.applying import Policy
    from rules.judgement import Judgement, Recommendation

SPEND_DAYS = 28


def line_of(account: str, one: Mapping[str, Any]) -> dict[str, Any]:
    """A recommendation as told, with its place on the outside, where machines look for it."""
    line = {"account": account, **one["subject"], **one}
    del line["subject"]
    return line


@no_cycle_search()
def keep_recommendations(account: AccountStore, judgement: Judgement) -> Keeping:
    """Keeps what a night's rules advise: what stands and what was turned into an alert, each told once a language.

    What was beaten or shielded stays in the night's document, with what beat it.
    """
    give_back()  # what judging let go of
    raised = [_raised(account.name, one) for one in judgement.recommendations if one.decision != "dropped"]
    return account.recommendations.keep(list({one.id: one for one in raised}.values()), judgement.as_of)


def _raised(account: str, one: Recommendation) -> Raised:
    return Raised(
        id=one.id,
        rule=one.rule.name,
        entity=one.entity,
        action=one.action,
        platform=one.subject.platform,
        level=one.subject.level.value,
        first_end=one.first_end or one.window.end,
        hold_days=one.window.days,
        stake=one.spend_at_stake,
        document=partial(_document, account, one),
        needs_approval=one.action != "alert",
    )


def _document(account: str, one: Recommendation) -> dict[str, Any]:
    return said_beside(line_of(account, one.wordless(orjson.Fragment(one.numbers))), one.sentences)


def decide(account: AccountStore, name: str, verdict: VerdictName, note: str, on: date) -> Life:
    """Approves or rejects as a person. What the draw withholds is withheld in the same moment, and says so.

    Raises NotFoundError, AccessError where the actor is no person, ConflictError where it is decided otherwise.
    """
    life = account.recommendations.read(name)
    return account.recommendations.take(name, *_decided(life, verdict, "person", note, on))


def _decided(life: Life, verdict: StepName, source: Source, note: str, on: date) -> Iterator[WantedStep]:
    before, after = sides(change_in(life))
    yield WantedStep(verdict, on, source, before, after, note)
    if verdict != "rejected" and document_of(life)["holdout"]:
        yield WantedStep("withheld", on, source)


def approve_by_policy(account: AccountStore, judgement: Judgement, snapshot: Snapshot, policy: Policy | None) -> None:
    """Approves what the policy lets pass of the night's open recommendations; nothing where there is no policy."""
    if policy is None:
        return
    from rules.applying import Day, Wish, approvable

    on, lives = judgement.as_of, account.recommendations
    tonight = {one.id: one for one in judgement.recommendations if one.decision != "dropped"}
    earlier = [one.taken for one in lives.done("auto_approved", on) if one.taken.on == on]
    day = Day(
        on=on,
        spend=_spend_a_day(snapshot, on),
        changes=len(earlier),
        touched=sum(float((one.after or {}).get("spend", 0)) for one in earlier),
    )
    waiting = {  # what a later night said again is not decided by a replay of this one
        life.id: life
        for life in lives.standing("open")
        if life.id in tonight and life.seen_on == on and not life.undoes
    }
    wishes = [
        Wish(
            id=one.id,
            rule=one.rule.name,
            action=one.action,
            spend=one.spend_at_stake / one.window.days,
            certain=bool(one.evidence.get("certain")),
            changes=change_in(waiting[one.id]) is not None,
        )
        for one in tonight.values()
        if one.id in waiting
    ]
    for wish, refused in approvable(wishes, policy, day):
        if refused is None:
            first, *withheld = _decided(waiting[wish.id], "auto_approved", "policy", "", on)
            after = dict(first.after or {}) | {"policy": policy.id, "spend": wish.spend}
            lives.take(wish.id, replace(first, after=after), *withheld)


def _spend_a_day(snapshot: Snapshot, on: date) -> float:
    """Mean spend a day of the last four weeks, of the coarsest grain a platform account has, so that none is twice."""
    facts = snapshot.facts
    days = facts["date_day"].dt.date
    recent = facts[(days >= on - timedelta(days=SPEND_DAYS)) & (days < on) & (facts["breakdown"] == "")]
    totals = recent.groupby(["platform", "account_id", "grain"], observed=True)["spend"].sum()
    return float(totals.groupby(level=["platform", "account_id"], observed=True).max().sum()) / SPEND_DAYS


def mark_applied(account: AccountStore, name: str, on: date, note: str) -> Life:
    """Marks that a person carried it out. Raises ConflictError where it is not approved, or was withheld."""
    before, after = sides(change_in(account.recommendations.read(name)))
    return account.recommendations.take(name, WantedStep("applied", on, "person", before, after, note))


def propose_undo(account: AccountStore, name: str, on: date) -> Life:
    """The inverse of an applied recommendation, as a recommendation of its own that waits for approval.

    Raises ConflictError where it was not applied, changed nothing, or where the entity was changed since.
    """
    from rules.actions import undo_of

    life = account.recommendations.read(name)
    if life.state != "applied":
        raise ConflictError("api.recommendation.not_applied", id=life.stored.short_id, state=life.state)
    change = change_in(life)
    if change is None:
        raise ConflictError("rules.undo.nothing")
    way = undo_of(document_of(life)["action"], change, state_of(account, life, on))
    if isinstance(way, Message):
        raise ConflictError(way.id, **way.values)
    action, back = way
    return account.recommendations.propose_undo(_undo(life, action, back), on)


def _undo(life: Life, action: str, back: Change) -> Raised:
    reason = Message("api.recommendation.undo_reason", {"id": life.stored.short_id})

    def tell(language: Language) -> dict[str, Any]:
        text = render(reason, language)
        told = {"action": action, "proposed_action": action, "decision": "kept", "because": "kept", "beaten_by": None}
        more = {"change": back.as_dict(), "by_hand": None, "holdout": False, "reason": text, "trail": [text]}
        return dict(life.stored.document[language]) | told | more

    return Raised(
        id=content_hash(["undo", life.id]),
        rule=life.rule,
        entity=life.entity,
        action=action,
        platform=life.platform,
        level=life.level,
        first_end=life.first_end,
        hold_days=0,
        stake=life.stake,
        document=said(tell),
        undoes=life.id,
    )


def document_of(life: Life) -> Mapping[str, Any]:
    """What does not depend on the language in a kept recommendation."""
    document: Mapping[str, Any] = life.stored.document[LANGUAGES[0]]
    return document


def change_in(life: Life) -> Change | None:
    """What it changes; None for an alert, or where nothing could be said."""
    from rules.actions import Change

    kept = document_of(life).get("change")
    return None if kept is None else Change.from_dict(kept)


def sides(change: Change | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """A change as the values before and after, for the steps that are kept; nothing twice where nothing changes."""
    if change is None:
        return None, None
    return {"field": change.field, "value": change.before}, {
        "field": change.field, "value": change.after, "share": change.share,
    }  # fmt: skip


def state_of(account: AccountStore, life: Life, on: date) -> Mapping[str, str | None] | None:
    """What the entity of a recommendation was last told to be, by a day; None where nothing is told."""
    from api.services.entity_states import StateBook

    return StateBook(account.states.known(on)).values(document_of(life))
