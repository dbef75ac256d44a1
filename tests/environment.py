"""Puts a test's own data folder, rates and quick password hashes in the place of an operator's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from engine.settings import settings
from engine.store import passwords

ACCOUNT, PASSWORD = "default", "seven herons over the lagoon"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def settle(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Everything is kept in ``folder``, in SQLite and in the language that is the default."""
    patch.setenv("ADCUE_DATA_DIR", str(folder))
    patch.delenv("ADCUE_DATABASE_URL", raising=False)
    patch.delenv("ADCUE_LANGUAGE", raising=False)
    settings.cache_clear()


def unhurried(patch: pytest.MonkeyPatch) -> None:
    """A test asks more often than a person would: rates are tried in tests of their own."""
    for name in ("KEY", "ADDRESS", "LOGIN"):
        patch.setenv(f"ADCUE_RATE_PER_{name}", "1000000/minute")
    settings.cache_clear()


def hash_quickly(patch: pytest.MonkeyPatch) -> PasswordHasher:
    """Passwords are hashed with the least effort, for tests make many; everything else about them is as it is."""
    patch.setattr(passwords, "_hasher", lambda: QUICK)
    patch.setattr(passwords, "_no_ones", cache(passwords._no_ones.__wrapped__))
    return QUICK
