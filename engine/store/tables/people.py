"""Decides how people are kept: one login name over all accounts, a role in each account, sessions on the server."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Owned, now
from engine.store.types import BigKey, UtcDateTime


class Person(Base):
    """Someone who logs in; the password only as an argon2 hash. What they may do stands in their memberships."""

    __tablename__ = "person"

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    actor: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Membership(Owned, Base):
    """What a person is in an account, until it ends; one that stands at a time."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_standing",
            "tenant",
            "person_pk",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    person_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("person.pk"))
    role: Mapped[str] = mapped_column(String(16))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(Owned, Base):
    """A one-time secret, as its hash: whoever holds it may take a role, or set the password of ``person_pk`` anew."""

    __tablename__ = "invitation"

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    person_pk: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.pk"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginSession(Base):
    """A person at the console, in one account at a time; the token only as its hash.

    It belongs to the person, not to the account they are in just now: a new password ends all of them.
    """

    __tablename__ = "login_session"
    __table_args__ = (Index(None, "person_pk"),)

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("person.pk"))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tenant: Mapped[int] = mapped_column(ForeignKey("account.tenant"))
    actor: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
