"""Decides which passwords are taken and how they are kept: long, not easy to guess, as an argon2id hash only."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.settings import settings

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LONGEST = 256
_EASY_UP_TO = 2  # zxcvbn's scores: 0 to 2 can be guessed by someone who tries
_READ = 72  # characters that zxcvbn looks at; more cannot make a password worse
# Words of this trade and product; a password made of them, or of the login name, is easy to guess here.
_CONTEXT = (
    "adcue", "cuesheet", "cue表", "廣告", "排程表", "媒體", "企劃", "預算", "google", "facebook", "meta", "instagram",
    "line", "tiktok", "youtube", "planner", "reviewer", "admin", "password", "taiwan", "taipei",
)  # fmt: skip


def hash_password(password: str, login: str) -> str:
    """The hash to keep. Raises InputError where the password is too short, too long or too easy; it is not changed."""
    least = settings().password_length
    if len(password) < least:
        raise InputError("engine.store.password_short", least=least)
    if len(password) > LONGEST:
        raise InputError("engine.store.password_long", most=LONGEST)
    if is_easy(password, login):
        raise InputError("engine.store.password_easy")
    return hash_again(password)


def hash_again(password: str) -> str:
    """The hash, with today's parameters, of a password that was taken before, whatever the rules are now."""
    return _hasher().hash(_typed(password))


def is_easy(password: str, login: str) -> bool:
    """Whether someone who knows common passwords, the login name and this trade would guess it soon."""
    from zxcvbn import zxcvbn

    context = [login, *login.replace("@", " ").replace(".", " ").split(), *_CONTEXT]
    if len(set(password)) < 5 or any(password.casefold() == word * (len(password) // len(word)) for word in context):
        return True
    score: int = zxcvbn(password[:_READ], user_inputs=context)["score"]
    return score <= _EASY_UP_TO


def is_right(kept: str | None, password: str) -> bool:
    """Whether ``password`` is the one kept. Takes as long where nothing is kept, so that names cannot be told apart."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(kept or _no_ones(), _typed(password[: LONGEST + 1])) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(kept)


def _typed(password: str) -> bytes:
    """The password as it was typed; half of a surrogate pair counts as a character like any other."""
    return password.encode("utf-8", "surrogatepass")


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _no_ones() -> str:
    return _hasher().hash("nobody has this password")
