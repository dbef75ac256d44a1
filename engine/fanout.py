"""Decides how work that may end its process is done in a process of its own, so that only that work is lost.

A crash in C code (a signal), a hang, too much memory or a kill is an answer, ``Crashed``; the caller goes on. The
child is started once, waits for more, and is started again after a crash. It goes when its parent goes, however that
ends: its pipe closes, its parent's number changes, or its alarm rings where C code keeps it from looking at either.
What goes over the pipe is JSON, so only plain values do (and a number that is none arrives as None).
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import Any

import orjson

from engine.errors import InferenceError

Task = Callable[[Any], Any]
STARTING_SECONDS = 120.0  # a cold import on a machine under load
LOOKING_SECONDS = 2.0  # how often an idle child looks whether its parent still lives
ALARM_MARGIN = 1  # the parent's own clock comes first
MEMORY_BYTES = 2**30


@dataclass(frozen=True, slots=True)
class Crashed:
    """The work ended its process: by a signal (``SIGSEGV``), an error, an exit, or it took too long (``timeout``)."""

    reason: str


def run_apart(
    task: Task, argument: Any, *, timeout: float, meanwhile: Callable[[], object] | None = None
) -> Any | Crashed:
    """What ``task(argument)`` returns, worked out in a child process within ``timeout`` seconds, or how it crashed.

    ``meanwhile`` is done here while the child works; it is not where the child could not be asked. What it raises is
    raised here, an OSError too, and the child goes.

    ``task`` is a function of a module, argument and result are plain values (JSON; a tuple arrives as a list).
    An InferenceError of the task is raised here. One piece of work at a time; threads wait for each other.
    """
    with _LOCK:
        try:
            child = _living(task)
        except OSError as error:  # no process to be had
            _drop(task)
            return Crashed(type(error).__name__)
        try:
            answer = child.ask(argument, timeout, meanwhile)
        except BaseException:  # interrupted: its answer would be taken for that to the next question
            _drop(task)
            raise
        if isinstance(answer, Crashed):
            _drop(task)
            return answer
    if "refused" in answer:
        code, values = answer["refused"]
        raise InferenceError(code, **values)
    return answer["result"]


def start_apart(task: Task) -> None:
    """Starts the process of ``task`` where there is none, without waiting for it: it is ready when it is asked."""
    with _LOCK:
        if task not in _CHILDREN:
            with suppress(OSError):  # no process to be had: whoever asks is told
                _CHILDREN[task] = _Child(task)


class _Child:
    """The process of one task, and the pipe to it."""

    def __init__(self, task: Task) -> None:
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, task), name="apart", daemon=True)
        self._ready = self._late = False
        try:
            self._process.start()
        finally:
            theirs.close()

    @property
    def lives(self) -> bool:
        """Whether it can be asked; not once it was told to stop, although it may take a moment to go."""
        return self._process.is_alive() and not self._late

    def ask(self, argument: Any, timeout: float, meanwhile: Callable[[], object] | None) -> Any | Crashed:
        if not self._ready:
            with self._at_most(STARTING_SECONDS):
                ready = self._received()
            if isinstance(ready, Crashed):
                return ready
            self._ready = True
        with self._at_most(timeout):
            crashed = self._sent(_packed([timeout, argument]))
            if crashed is not None:
                return crashed
            if meanwhile is not None:
                meanwhile()
            told = self._received()
        if isinstance(told, Crashed):
            return told
        answer = _unpacked(told)
        return Crashed(answer["failed"]) if "failed" in answer else answer

    def _sent(self, question: bytes) -> Crashed | None:
        try:
            self._connection.send_bytes(question)
        except OSError:
            return Crashed(self._reason())
        return None

    def _received(self) -> bytes | Crashed:
        try:
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            return Crashed(self._reason())

    def end(self) -> None:
        """Kills it, waits until it is gone and gives back what it held."""
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._connection.close()

    @contextmanager
    def _at_most(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _stop(self) -> None:
        self._late = True
        self._process.kill()

    def _reason(self) -> str:
        self._process.join(LOOKING_SECONDS)  # the pipe closes a moment before
        code = self._process.exitcode
        if self._late or code == -signal.SIGALRM:
            return "timeout"
        if code is None or code >= 0:
            return f"exit {code}"
        return signal.Signals(-code).name


_LOCK = threading.Lock()
_CHILDREN: dict[Task, _Child] = {}


def _living(task: Task) -> _Child:
    """The child of ``task``, a new one where there is none. Raises OSError where no process is to be had."""
    child = _CHILDREN.get(task)
    if child is None or not child.lives:
        _drop(task)
        child = _CHILDREN[task] = _Child(task)
    return child


def _drop(task: Task) -> None:
    child = _CHILDREN.pop(task, None)
    if child is not None:
        child.end()


def _begin_anew() -> None:
    """A process that was forked has none of its parent's children, and nobody in it holds the lock."""
    global _LOCK
    _LOCK = threading.Lock()
    _CHILDREN.clear()


os.register_at_fork(after_in_child=_begin_anew)


def _serve(connection: Connection, task: Task) -> None:
    """The child: answers one question after the other until nobody can ask any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this one
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process even while C code runs
    _limit(resource.RLIMIT_CORE, 0)  # a core file would hold what was worked on
    _limit(resource.RLIMIT_DATA, MEMORY_BYTES)
    with suppress(EOFError, OSError):  # the parent is gone, and with it whoever wanted an answer
        connection.send_bytes(b"ready")
        while _asked(connection):
            timeout, argument = _unpacked(connection.recv_bytes())
            signal.alarm(math.ceil(timeout) + ALARM_MARGIN)
            connection.send_bytes(_packed(_answer(task, argument)))
            signal.alarm(0)


def _asked(connection: Connection) -> bool:
    """Waits for a question; False once the parent is gone although another process holds the pipe open."""
    parent = parent_process()
    while not connection.poll(LOOKING_SECONDS):
        if parent is None or os.getppid() != parent.pid:
            return False
    return True


def _answer(task: Task, argument: Any) -> dict[str, Any]:
    try:
        return {"result": task(argument)}
    except InferenceError as error:
        return {"refused": [error.code, dict(error.message.values)]}
    except Exception as error:
        return {"failed": type(error).__name__}


def _packed(values: object) -> bytes:
    """Values as JSON; by the slower encoder where a text holds half a character, which the faster one refuses."""
    try:
        return orjson.dumps(values, default=_as_list)
    except TypeError:
        return json.dumps(values).encode()


def _unpacked(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _as_list(values: object) -> list[Any]:
    """A tuple with names, which goes as what it holds. Raises TypeError for anything else that is no plain value."""
    if isinstance(values, tuple):
        return list(values)
    raise TypeError(type(values).__name__)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
