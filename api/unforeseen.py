"""Decides what is said of an error nobody foresaw: its kind and place, none of the values it may carry."""

from __future__ import annotations

import traceback
from pathlib import Path

from engine.errors import AdcueError


def unexpected(error: BaseException) -> AdcueError:
    """The error as one of ours, so that it is told like every other."""
    places = frames(error)
    return AdcueError("api.unexpected", kind=type(error).__name__, place=places[-1] if places else "?")


def frames(error: BaseException) -> list[str]:
    """Where it happened, outermost first, the last eight."""
    stack = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in stack][-8:]
