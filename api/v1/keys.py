"""Endpoints for API keys: make one (shown once), list them, stop one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any, Literal

from flask import Response
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import ADMIN, MACHINE, account_of_caller, caller
from api.idempotency import hide_when_told_again
from api.v1.answers.access import KeyPage, NewKey
from api.v1.contract import Answer, Body, NoQuery, v1
from api.v1.numbers import Whole
from engine.errors import AccessError, NotFoundError
from engine.store.keys import KeyInfo

TAGS = [Tag(name="access")]


class KeyBody(Body):
    """What kind of key."""

    for_whom: Literal["me", "machine"] = Field(description="`me` needs a person; `machine` needs an administrator.")
    name: str = Field("", max_length=64, description="Your own name for it.")
    days: Annotated[int, Field(ge=1, le=365), Whole] = Field(365, description="How many days it is to last.")


class KeyPath(BaseModel):
    """Which key."""

    model_config = ConfigDict(extra="forbid")
    key_id: str = Field(max_length=80, description="Id or prefix of the key.")


@v1.post("/keys", tags=TAGS, responses={201: NewKey})
def create_key(query: NoQuery, body: KeyBody) -> Answer:
    """Make an API key.

    The key is in this answer and nowhere else, ever again.
    """
    who = caller()
    if body.for_whom == "machine" and who.role != ADMIN:
        raise AccessError("api.access.role", role=who.role, needed=ADMIN)
    if body.for_whom == "me" and who.person_id is None:
        raise AccessError("engine.store.needs_person")
    role, person = (MACHINE, None) if body.for_whom == "machine" else (who.role, who.person_id)
    plaintext, info = account_of_caller().keys.create(role, body.name, person, timedelta(days=body.days))
    card = key_card(info)
    hide_when_told_again(json.dumps(card | {"key": None}))
    return card | {"key": plaintext}, 201


@v1.get("/keys", tags=TAGS, responses={200: KeyPage})
def list_keys(query: NoQuery) -> Answer:
    """List the account's keys, oldest first."""
    return {"items": [key_card(info) for info in account_of_caller().keys.list()], "next": None}


@v1.delete("/keys/<key_id>", tags=TAGS, responses={204: {"description": "The key is stopped."}})
def revoke_key(path: KeyPath, query: NoQuery) -> Answer:
    """Stop a key at once; a person's own, or any as an administrator."""
    stop_key(path.key_id)
    return Response(status=204)


def stop_key(key: str) -> None:
    """Stops a key that the caller may stop. Raises NotFoundError for a key that is not there, AccessError otherwise."""
    who, account = caller(), account_of_caller()
    found = next((info for info in account.keys.list() if key in (info.id, info.prefix)), None)
    if found is None:
        raise NotFoundError("engine.store.key_unknown", id=key[:80])
    if who.role != ADMIN and found.actor != f"person:{who.person_id}":
        raise AccessError("api.access.role", role=who.role, needed=ADMIN)
    account.keys.revoke(key)


def key_card(info: KeyInfo) -> dict[str, Any]:
    """A key, JSON-ready."""
    return {
        "id": info.id,
        "prefix": info.prefix,
        "role": info.role,
        "name": info.name,
        "login": info.login,
        "actor": info.actor,
        "created_at": info.created_at.isoformat(),
        "expires_at": info.expires_at.isoformat() if info.expires_at else None,
        "revoked_at": info.revoked_at.isoformat() if info.revoked_at else None,
    }
