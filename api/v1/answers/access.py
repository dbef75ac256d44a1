"""Decides what is answered about people, keys and invitations; a secret is in the answer once and never again."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.paging import PageOf
from api.v1.answers.parts import ContentHash, Moment, Part

Role = Literal["planner", "reviewer", "admin", "machine"]
PersonRole = Literal["planner", "reviewer", "admin"]


class Me(Part):
    """Who the caller is."""

    account: str = Field(description="The account that the key is for.")
    role: Role = Field(description="What the caller may do today.")
    actor: str = Field(description="What is written beside everything the caller does.")
    person: ContentHash | None = Field(description="The person behind the key; null for a machine's.")


class Key(Part):
    """An API key, without the key itself."""

    id: ContentHash = Field(description="Id of the key.")
    prefix: str = Field(description="What the key begins with.")
    role: Role = Field(description="The role it was made with; a person's key follows the person's role.")
    name: str = Field(description="What its maker calls it.")
    login: str = Field(description="Whose it is; empty for a machine's.")
    actor: str = Field(description="Who made it.")
    created_at: Moment = Field(description="When it was made.")
    expires_at: Moment | None = Field(description="When it ends.")
    revoked_at: Moment | None = Field(description="When it was stopped; null while it stands.")


class NewKey(Key):
    """A new API key."""

    key: str | None = Field(description="The key. Shown once: null when the same request is told again.")


class KeyPage(PageOf[Key]):
    """Keys, oldest first."""


class Person(Part):
    """Someone in the account."""

    id: ContentHash = Field(description="Id of the person.")
    login: str = Field(description="Login name.")
    role: PersonRole = Field(description="What they may do here.")
    since: Moment = Field(description="Since when they are in the account.")


class PeoplePage(PageOf[Person]):
    """People, by login name."""


class Invitation(Part):
    """A one-time key that lets its holder into the account."""

    id: ContentHash = Field(description="Id of the invitation.")
    role: PersonRole = Field(description="What its holder becomes.")
    expires_at: Moment = Field(description="When it ends.")
    secret: str | None = Field(description="The one-time key. Shown once: null when the same request is told again.")
    path: str = Field(description="Page on which it is used; the key goes behind `#key=`.")
