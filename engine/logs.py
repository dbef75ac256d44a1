"""Decides what the log holds: one JSON line an event on standard error, ids and counts only.

event of ours -> bound ids -> kind of an exception -> redaction -> level, time -> one line
record of a library (from WARNING on) -> its words without the texts in them -> the same way
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TextIO

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.processors import TimeStamper, add_log_level
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

from engine.log_redaction import Redaction, Redactor, tell_exception, withhold

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
_LIBRARIES = "WARNING"
_LOCK = threading.Lock()


def configure_logs(level: Level = "INFO", *, redact: Redactor = withhold) -> None:
    """Sets up the log of this process; every text in it goes through ``redact`` first.

    ``level`` is that of our own events. Libraries are heard from WARNING on: below it they tell queries and paths.
    """
    _configure_events(level, redact)
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Records)]:
        root.removeHandler(handler)
    root.addHandler(_Records(redact))
    root.setLevel(_LIBRARIES)
    warnings.showwarning = _tell_warning


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that names its part of the product."""
    if not structlog.is_configured():
        _configure_events("INFO", withhold)
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return bound


@contextmanager
def run_context(run_id: str, tenant: int) -> Iterator[None]:
    """Every line written inside carries the run's id and the number of the account it is for."""
    with bound_contextvars(run_id=run_id, tenant=tenant):
        yield


def tell_lost_failures() -> None:
    """Writes what a thread or a destructor lost into the log; Python itself would print the message with its values."""
    threading.excepthook = lambda lost: _lost("thread_failed", lost.exc_value)
    sys.unraisablehook = lambda lost: _lost("unraisable", lost.exc_value)


def _configure_events(level: Level, redact: Redactor) -> None:
    structlog.configure(
        processors=[merge_contextvars, *_line(redact)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: _ERROR_STREAM,
        cache_logger_on_first_use=False,
    )


def _line(redact: Redactor) -> list[Processor]:
    """What happens to every event, ours or a library's; nothing is added after the redaction but level and time."""
    return [_running_exception, tell_exception, Redaction(redact), add_log_level, _STAMP, _as_json]


def _running_exception(_: Any, __: str, event: EventDict) -> EventDict:
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()
    return event


_STAMP = TimeStamper(fmt="iso", utc=True)


def _as_json(_: Any, __: str, event: EventDict) -> str:
    # ASCII only: no sign inside a value can end the line, turn its direction or be refused by the stream.
    return json.dumps(event)


class _ErrorStream:
    """Standard error as it is when a line is written. A stream that is gone or full stops no request."""

    def __init__(self) -> None:
        self._lost = 0

    def msg(self, line: str) -> None:
        """Writes the line, after the number of those that could not be."""
        with _LOCK:
            try:
                if self._lost:
                    _put(sys.stderr, json.dumps({"event": "lines_lost", "count": self._lost}))
                    self._lost = 0
                _put(sys.stderr, line)
            except (OSError, ValueError):
                self._lost += 1

    debug = info = warning = error = critical = msg


def _put(stream: TextIO, line: str) -> None:
    stream.write(line + "\n")
    stream.flush()


_ERROR_STREAM = _ErrorStream()


class _Records(logging.Handler):
    """Takes what libraries log the way of our own events."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__(_LIBRARIES)
        self.setFormatter(
            ProcessorFormatter(
                processors=[ProcessorFormatter.remove_processors_meta, *_line(redact)],
                foreign_pre_chain=[merge_contextvars, _tell_record],
                use_get_message=False,
                pass_foreign_args=True,
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the record as one line."""
        try:
            _ERROR_STREAM.msg(self.format(record))
        except Exception as error:
            # logging's own way out prints the message with its arguments.
            _ERROR_STREAM.msg(json.dumps({"event": "unloggable", "kind": type(error).__name__}))


def _tell_record(_: Any, __: str, event: EventDict) -> EventDict:
    told = _words(event["_record"].msg, event.pop("positional_args"))
    event.update(event="library", part=event["_record"].name, told=told)
    return event


def _words(template: object, arguments: object) -> str:
    """What a library says, its numbers kept and each text put into it left out: that may be a path or a name."""
    if not isinstance(template, str):
        return f"<{type(template).__name__}>"
    if not arguments:
        return template
    try:
        return str(template % _numbers_of(arguments))
    except (TypeError, ValueError, KeyError):
        return template


def _numbers_of(arguments: object) -> Any:
    if isinstance(arguments, Mapping):
        return {name: _number_or_mark(value) for name, value in arguments.items()}
    return tuple(map(_number_or_mark, arguments)) if isinstance(arguments, tuple) else _number_or_mark(arguments)


def _number_or_mark(value: object) -> object:
    return value if isinstance(value, int | float) else "[text]"


def _tell_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning as its kind and place; its sentence may quote a value."""
    logger("python").warning("warning", kind=category.__name__, place=f"{Path(filename).name}:{lineno}")


def _lost(name: str, error: BaseException | None) -> None:
    logger("python").error(name, exc_info=error)
