"""Puts the process's log back as it was, for tests that set it up themselves."""

from __future__ import annotations

import logging
import sys
import threading
import warnings

import pytest
import structlog


@pytest.fixture(autouse=True)
def restored_log():
    """Without the runner's own handlers: they would print what is to stay out of the log."""
    root = logging.getLogger()
    handlers, level, shown = list(root.handlers), root.level, warnings.showwarning
    hooks = threading.excepthook, sys.unraisablehook
    root.handlers.clear()
    yield
    threading.excepthook, sys.unraisablehook = hooks
    root.handlers[:], warnings.showwarning = handlers, shown
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
