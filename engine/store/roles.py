"""Decides which roles there are."""

from __future__ import annotations

from typing import Literal, get_args

from engine.errors import InputError

Role = Literal["planner", "reviewer", "admin", "machine"]
ROLES: tuple[str, ...] = get_args(Role)
PEOPLE: tuple[str, ...] = ("planner", "reviewer", "admin")


def known_role(role: str, *, people: bool = False) -> str:
    """``role``. Raises InputError where there is none of that name, or none that a person can have."""
    known = PEOPLE if people else ROLES
    if role not in known:
        raise InputError("engine.store.role_unknown", role=role[:40], roles=", ".join(known))
    return role
