"""Endpoint that says who the caller is."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag

from api.access import caller
from api.v1.answers.access import Me
from api.v1.contract import Answer, NoQuery, v1


@v1.get("/me", tags=[Tag(name="access")], responses={200: Me})
def read_me(query: NoQuery) -> Answer:
    """Say who the caller is: account, role, and the person behind the key."""
    who = caller()
    return {"account": who.account, "role": who.role, "actor": who.actor, "person": who.person_id}
