"""Endpoints for the people of an account: invite, list, change a role, end a membership."""

from __future__ import annotations

import json
from typing import Any, Literal

from flask import Response
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_of_caller
from api.idempotency import hide_when_told_again
from api.v1.answers.access import Invitation, PeoplePage, Person
from api.v1.contract import Answer, Body, NoQuery, v1
from engine.store.members import Member

TAGS = [Tag(name="access")]


class RoleBody(Body):
    """Which role."""

    role: Literal["planner", "reviewer", "admin"] = Field(description="What the person may do.")


class PersonPath(BaseModel):
    """Which person."""

    model_config = ConfigDict(extra="forbid")
    person_id: str = Field(max_length=80, description="Id of the person.")


@v1.post("/invitations", tags=TAGS, responses={201: Invitation})
def create_invitation(query: NoQuery, body: RoleBody) -> Answer:
    """Invite someone into the account.

    Whoever holds the one-time key chooses a login name and a password on the page, within three days.
    """
    secret, invited = account_of_caller().members.invite(body.role)
    card = {"id": invited.id, "role": invited.role, "expires_at": invited.expires_at.isoformat(), "path": "/join"}
    hide_when_told_again(json.dumps(card | {"secret": None}))
    return card | {"secret": secret}, 201


@v1.get("/people", tags=TAGS, responses={200: PeoplePage})
def list_people(query: NoQuery) -> Answer:
    """List the account's people by login name."""
    return {"items": [_person(member) for member in account_of_caller().members.list()], "next": None}


@v1.patch("/people/<person_id>", tags=TAGS, responses={200: Person})
def change_role(path: PersonPath, query: NoQuery, body: RoleBody) -> Answer:
    """Give a person another role; it counts from their next request on."""
    return _person(account_of_caller().members.change_role(path.person_id, body.role))


@v1.delete("/people/<person_id>", tags=TAGS, responses={204: {"description": "The person is out of the account."}})
def remove_person(path: PersonPath, query: NoQuery) -> Answer:
    """Take a person out of the account; their sessions and keys here end at once."""
    account_of_caller().members.remove(path.person_id)
    return Response(status=204)


def _person(member: Member) -> dict[str, Any]:
    return {"id": member.id, "login": member.login, "role": member.role, "since": member.since.isoformat()}
