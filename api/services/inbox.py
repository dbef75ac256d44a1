"""Decides which files of an account's inbox a night takes in: every new one, in the order of their names."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError
from engine.settings import settings

COPY_FOLDER = "copy"
_UNFINISHED = (".part", ".tmp", ".crdownload", ".lock")


def inbox_of(account: str) -> Path:
    """The folder an account's exports are put into; copy to screen goes into its sub-folder ``copy``.

    Raises InputError for an account name that would lead out of the inbox.
    """
    if account in {"", ".", ".."} or any(c in account for c in "/\\\0"):
        raise InputError("api.night.account_name", account=account[:64])
    return settings().data_dir / "inbox" / account


def waiting_exports(account: str) -> list[Path]:
    """The platform exports that wait, by name."""
    return _files(inbox_of(account))


def waiting_copy(account: str) -> list[Path]:
    """The files of ad copy that wait, by name."""
    return _files(inbox_of(account) / COPY_FOLDER)


def accounts_with_inbox() -> list[str]:
    """Accounts that have a folder in the inbox."""
    root = settings().data_dir / "inbox"
    return sorted(entry.name for entry in root.iterdir() if entry.is_dir()) if root.is_dir() else []


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = (entry for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith("."))
    return sorted((entry for entry in found if entry.suffix.lower() not in _UNFINISHED), key=lambda entry: entry.name)
