"""Decides how a service or a night is started often: one process imports everything once, each start is a fork of it.

python -m tests.soak.forking reads lines: ``start`` with an environment and a file for what is said is answered with a
process number, ``study`` works out what stands behind an account's plans, ``kill`` with that number ends the service's
whole group and says so once it is gone, ``stop`` asks it to stop and answers with its exit code. ``night`` starts a
night and ``end`` waits for it, and kills it where it takes longer.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_IMPORTED = (
    "alembic.command",
    "api.cli.app",
    "api.cli.serving",
    "api.console.pages",
    "api.services.background",
    "engine.ingest.reading",
    "gunicorn.app.base",
    "gunicorn.workers.gthread",
    "api.cli.nightly",
    "api.services.nights",
    "compliance.screening",
    "rules.judge",
    "highspy",
    "optimizer.fitting",
    "optimizer.propose",
    "psycopg",
    "pyarrow.pandas_compat",
    "pyomo.environ",
)


class Starter:
    """The process that services are forked from, as the tests talk to it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.soak.forking"]
        # One thread each: a process that has more of them cannot be forked.
        alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=alone
        )
        assert self._process.stdout.readline() == "ready\n"

    def start(self, environment: dict[str, str], output: Path, grace_seconds: float | None = None) -> int:
        """Starts ``adcue serve``, with another grace for work at its end if given; the number of process and group."""
        return int(self._ask(json.dumps(["start", environment, str(output), grace_seconds])))

    def stop(self, number: int) -> int:
        """Tells the service to stop, and gives its exit code once it has."""
        return int(self._ask(json.dumps(["stop", number])))

    def night(self, environment: dict[str, str], output: Path, day: date, statement: int | None = None) -> int:
        """Starts ``adcue nightly`` for a day, to kill itself before its nth statement if given; its process number.

        It writes what it says to ``output``; its log and how many statements it ran lie beside it.
        """
        return int(self._ask(json.dumps(["night", environment, str(output), day.isoformat(), statement])))

    def end(self, number: int, seconds: float | None = None) -> int:
        """How a night ended: its exit code, or minus the signal; after so many seconds it is killed with -9.

        Only it: what it has started must go by itself, and has before this answers.
        """
        return int(self._ask(json.dumps(["end", number, seconds])))

    def study(self, url: str, account: str) -> None:
        """Works out what stands behind an account's plans, so that no service has to do it after each start."""
        assert self._ask(json.dumps(["study", url, account])) == "studied"

    def kill(self, number: int) -> None:
        """kill -9 to the service and everything it started."""
        assert self._ask(json.dumps(["kill", number])) == "killed"

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _ask(self, line: str) -> str:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


def _begin(environment: dict[str, str], output: str) -> None:
    os.setsid()
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(environment)
    from engine.settings import settings

    settings.cache_clear()


def _night(environment: dict[str, str], output: str, day: str, statement: int | None) -> None:
    _begin(environment, output)
    os.dup2(os.open(f"{output}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    ran = _count_statements(statement)
    from api.cli import main

    sys.argv = ["adcue", "nightly", "--as-of", day, "--json"]
    try:
        main()
    finally:
        Path(f"{output}.statements").write_text(str(ran()))


def _count_statements(fatal: int | None) -> Callable[[], int]:
    """How many statements and commits were sent so far; before the one that is ``fatal`` the process is killed."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    ran = 0

    def count(*_: object) -> None:
        nonlocal ran
        ran += 1
        if ran == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    return lambda: ran


def _end(number: int, seconds: float | None) -> int:
    end = time.monotonic() + (600 if seconds is None else seconds)
    gone, status = os.waitpid(number, os.WNOHANG)
    while not gone:
        if time.monotonic() > end:
            os.kill(number, signal.SIGKILL)
            gone, status = os.waitpid(number, 0)
            break
        time.sleep(0.002)
        gone, status = os.waitpid(number, os.WNOHANG)
    _until_gone(number)
    return os.waitstatus_to_exitcode(status)


def _serve(environment: dict[str, str], output: str, grace_seconds: float | None) -> None:
    _begin(environment, output)
    from api.cli import main

    if grace_seconds is not None:
        from api.cli import serving
        from engine.store import database

        serving.JOB_GRACE_SECONDS = grace_seconds
        # Whoever is held up by another's writing gives up sooner, so that the test need not wait half a minute.
        database._PRAGMAS = ("PRAGMA busy_timeout=3000", *database._PRAGMAS[1:])
    sys.argv = ["adcue", "serve"]
    main()


def _kill(number: int) -> None:
    os.killpg(number, signal.SIGKILL)
    os.waitpid(number, 0)
    _until_gone(number)


def _until_gone(group: int) -> None:
    end = time.monotonic() + 10
    while _lives(group):  # what it started is no child of ours
        if time.monotonic() > end:
            raise TimeoutError("something of a killed process is still there")
        time.sleep(0.002)


def _lives(group: int) -> bool:
    """Whether a process of the group is still there; one that ended may keep its number for a while."""
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, member = place.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if int(member) == group and state not in "ZX":
                return True
    return False


def _warm() -> None:
    """Everything that a service imports at its start or with its first work, and reads from its own files."""
    for name in _IMPORTED:
        import_module(name)
    from api.app import create_app
    from engine.store.store import Store

    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/warm.sqlite3")
        store.upgrade()
        create_app(store)
        store.close()


def _study(url: str, account: str) -> None:
    from api.services.background import background_of
    from engine.store.store import Store

    store = Store(url)
    snapshot = store.account(account, "test").snapshot()
    background_of(snapshot, "conversions", {}, snapshot.currency)
    store.close()


def main() -> None:
    _warm()
    running: set[int] = set()
    print("ready", flush=True)
    for line in sys.stdin:
        verb, *rest = json.loads(line)
        if verb == "study":
            _study(*rest)
            print("studied", flush=True)
            continue
        if verb == "stop":
            os.kill(rest[0], signal.SIGTERM)
            print(os.waitstatus_to_exitcode(os.waitpid(rest[0], 0)[1]), flush=True)
            running.discard(rest[0])
            continue
        if verb == "kill":
            _kill(rest[0])
            running.discard(rest[0])
            print("killed", flush=True)
            continue
        if verb == "end":
            running.discard(rest[0])
            print(_end(*rest), flush=True)
            continue
        number = os.fork()
        if number == 0:
            (_night if verb == "night" else _serve)(*rest)
            return  # it ends as it would by itself
        running.add(number)
        print(number, flush=True)
    for number in running:
        _kill(number)


if __name__ == "__main__":
    main()
