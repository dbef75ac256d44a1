"""Decides what is known of whoever came in: in which account, as what, and which person stands behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """Who came in, by key or by session; ``actor`` is what is written beside everything they do.

    ``person_id`` is None for a machine and for the operator's keys: those cannot be a second person. ``proved`` is
    whether the password was given lately, for what a session left open must not do by itself.
    """

    tenant: int
    account: str
    role: str
    actor: str
    person_id: str | None
    key_id: str | None = None
    session_id: str | None = None
    proved: bool = True
