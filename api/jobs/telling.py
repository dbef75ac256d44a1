"""Decides how a run is told: how far it is, what came of it, or why not."""

from __future__ import annotations

from typing import Any

from api.jobs.live import Live
from engine.messages import Language, Message, render
from engine.store.runs import StoredRun

_RESULTS = {"proposal": "/v1/proposals/", "night": "/v1/nights/", "screening": "/v1/copy-checks/"}


def run_document(run: StoredRun, language: Language, live: Live | None = None) -> dict[str, Any]:
    """A run, JSON-ready; with what this process knows of it while it is under way."""
    stage, done, total = run.stage, run.done, run.total
    if live is not None and run.is_open and live.name:
        stage, done, total = live.name, live.done, live.total
    outcome = run.outcome or {}
    return {
        "id": run.id,
        "short_id": run.short_id,
        "kind": run.kind,
        "state": run.state,
        "stage": stage,
        "stage_text": render(Message(f"api.run.stage.{stage or run.state}"), language),
        "done": done,
        "total": total,
        "attempts": run.attempts,
        "cancel_asked": run.cancel_asked,
        "actor": run.actor,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "result": _result(outcome),
        "answer": (outcome.get("words") or {}).get(language),
        "problem": (outcome.get("problem") or {}).get(language),
    }


def _result(outcome: Any) -> str | None:
    """Where the document that came of the run can be read."""
    place = _RESULTS.get(outcome.get("kind", ""))
    return f"{place}{outcome['record']}" if place else None
