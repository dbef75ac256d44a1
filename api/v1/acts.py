"""Endpoints for the audit chain: list acts, check that every link holds."""

from __future__ import annotations

from typing import Any

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.services.auditing import verify_audit
from api.v1.answers.acts import ActPage, Verification
from api.v1.contract import Answer, NoQuery, Query, Text, v1
from engine.store.audit import Act

TAGS = [Tag(name="audit")]


class ActQuery(Query):
    """Which acts."""

    limit: int = Field(50, ge=1, le=200, description="How many at most, newest first.")
    after: int | None = Field(None, ge=1, le=2**31 - 1, description="Number of the last one already seen.")
    action: Text | None = Field(None, max_length=64, description="Only this action.")
    subject: Text | None = Field(None, max_length=128, description="Only about this thing, as kind:id.")


@v1.get("/acts", tags=TAGS, responses={200: ActPage})
def list_acts(query: ActQuery) -> Answer:
    """List what was done in the account, newest first."""
    found = account_of_caller().audit.list(query.limit + 1, query.after, query.action, query.subject)
    shown = found[: query.limit]
    more = str(shown[-1].seq) if len(found) > query.limit else None
    return {"items": [_act(act) for act in shown], "next": more}


@v1.get("/acts/verification", tags=TAGS, responses={200: Verification})
def verify_acts(query: NoQuery) -> Answer:
    """Work the whole chain out again and name the first link that does not hold."""
    verdict = verify_audit(account_of_caller())
    broken = {"seq": verdict.broken.seq, "fault": verdict.broken.fault} if verdict.broken else None
    return {
        "holds": verdict.broken is None,
        "seq": verdict.head.seq,
        "head": verdict.head.hash,
        "broken": broken,
    }


def _act(act: Act) -> dict[str, Any]:
    return {
        "seq": act.seq,
        "at": act.at.isoformat(),
        "actor": act.actor,
        "action": act.action,
        "subject": act.subject,
        "details": dict(act.details),
        "previous": act.previous,
        "hash": act.hash,
    }
