"""Decides how the life of a recommendation is told: what was said, where it stands, every step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.dates import today
from api.services.recommendations import line_of
from api.speech import told
from engine.errors import InputError
from engine.messages import Language
from engine.store.account import AccountStore
from engine.store.lives import Life
from engine.store.steps import StepTaken


def flag_line(account: str, one: Mapping[str, Any]) -> dict[str, Any]:
    """A flag as a night or a preview tells it: without the draw, by which whoever knew it could approve."""
    return {name: value for name, value in line_of(account, one).items() if name != "holdout"}


def life_document(life: Life, language: Language) -> dict[str, Any]:
    """A recommendation as every door answers it."""
    return told(life.stored, language) | {
        "state": life.state,
        # Told only once it is approved: by a draw known before the withheld would be no fair comparison.
        "holdout": life.state == "withheld",
        "seen_on": life.seen_on.isoformat(),
        "needs_approval": life.needs_approval,
        "undoes": life.undoes or None,
        "steps": [_step(step) for step in life.steps],
    }


def day_carried_out(account: AccountStore, name: str, on: date | None) -> date:
    """The day on which somebody says that a change was carried out; today where they name none.

    Raises InputError for one that is not here yet, or from before the approval: whether it worked counts from then.
    """
    now = today()
    if on is None:
        return now
    if on > now:
        raise InputError("api.recommendation.not_yet", on=on.isoformat())
    steps = account.recommendations.read(name).steps
    approved = next((step.on for step in steps if step.step in ("approved", "auto_approved")), on)
    if on < approved:
        raise InputError("api.recommendation.before_approval", on=on.isoformat(), approved=approved.isoformat())
    return on


def _step(step: StepTaken) -> dict[str, Any]:
    return {
        "step": step.step,
        "on": step.on.isoformat(),
        "source": step.source,
        "before": step.before,
        "after": step.after,
        "note": step.note,
        "by": step.by,
        "at": step.at.isoformat(),
    }
