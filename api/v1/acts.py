"""Endpoints for the audit chain: list acts, check that every link holds."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.services.auditing import act_document, verdict_document, verify_audit
from api.v1.answers.acts import ActPage, Verification
from api.v1.answers.paging import page
from api.v1.contract import Answer, NoQuery, Query, v1
from api.v1.strict import Text

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
    return page(found, query.limit, act_document, named="seq")


@v1.get("/acts/verification", tags=TAGS, responses={200: Verification})
def verify_acts(query: NoQuery) -> Answer:
    """Work the whole chain out again and name the first link that does not hold."""
    return verdict_document(verify_audit(account_of_caller()))
