"""Decides what the log holds: one JSON line an event on standard error, ids and counts only."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logs(level: str = "WARNING") -> None:
    """Sets up structured logs once per process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # Standard error as it is when an event is written: a logger kept from earlier may hold a closed one.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that names its part of the product."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return bound
