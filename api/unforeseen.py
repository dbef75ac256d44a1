"""Decides what is said of an error nobody foresaw: its kind and place, none of the values it may carry."""

from __future__ import annotations

import errno

from engine.errors import AdcueError, StoreError
from engine.log_redaction import places

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def unexpected(error: BaseException) -> AdcueError:
    """The error as one of ours, so that it is told like every other."""
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return StoreError("api.disk.full")
    where = frames(error)
    return AdcueError("api.unexpected", kind=type(error).__name__, place=where[-1] if where else "?")


def frames(error: BaseException) -> list[str]:
    """Where it happened, outermost first, the last eight."""
    return places(error)
