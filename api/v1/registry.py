"""Endpoints for the registry of platform accounts: credit, a month's budget, when an access token expires."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.dates import today
from api.services.registry import Registered, registry_document, set_registry
from api.v1.answers.registry import Registry
from api.v1.contract import Answer, Body, NoQuery, v1
from api.v1.numbers import Amount, PositiveAmount
from api.v1.strict import Strict

TAGS = [Tag(name="account-rules")]
Name = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=200)]


class RegisteredBody(Strict):
    """One account on one platform."""

    platform: Annotated[str, Field(pattern=r"^[^\x00]{1,32}$")] = Field(description="The platform, such as meta.")
    account_id: Name = Field("", description="Its id there; without one it is every account of the platform.")
    credit_left: Amount | None = Field(None, description="Credit left on the morning of `credit_on`.")
    credit_on: date | None = Field(None, description="The day on which the credit was read off.")
    monthly_budget: PositiveAmount | None = Field(None, description="What may be spent in a calendar month.")
    token_expires_on: date | None = Field(None, description="The day on which the access token expires.")
    token_alert_days: int | None = Field(None, ge=1, le=365, description="Days ahead that it is named, else 14.")


class RegistryBody(Body):
    """The whole registry, in place of what held before; without accounts nothing is registered."""

    accounts: list[RegisteredBody] = Field(max_length=1_000, description="One entry an account.")
    valid_from: date | None = Field(None, description="First morning it holds for; default today.")


@v1.get("/registry", tags=TAGS, responses={200: Registry})
def read_registry(query: NoQuery) -> Answer:
    """Read the registry that holds today."""
    return registry_document(account_of_caller(), today())


@v1.post("/registry", tags=TAGS, responses={201: Registry})
def set_whole_registry(query: NoQuery, body: RegistryBody) -> Answer:
    """Set credit, budgets and the days on which access tokens expire, in place of all that held before.

    No token and no password belongs here. Each night warns of credit that runs out, of a budget that is used up and of
    a token that expires soon.
    """
    return set_registry(account_of_caller(), entries_of(body), body.valid_from or today()).document, 201


def entries_of(body: RegistryBody) -> list[Registered]:
    """The entries of a body that was checked."""
    return [Registered(**one.model_dump()) for one in body.accounts]
