"""Decides how a service is started often: one process imports everything once, and each start is a fork of it.

python -m tests.soak.forking reads lines: ``start`` with an environment and a file for what is said is answered with a
process number, ``study`` works out what stands behind an account's plans, ``kill`` with that number ends the service's
whole group and says so once it is gone, ``stop`` asks it to stop and answers with its exit code.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
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


def _serve(environment: dict[str, str], output: str, grace_seconds: float | None) -> None:
    os.setsid()
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(out, number)
    os.environ.update(environment)
    from api.cli import main
    from engine.settings import settings

    settings.cache_clear()
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
    end = time.monotonic() + 10
    while _lives(number):  # its worker is no child of ours
        if time.monotonic() > end:
            raise TimeoutError("a killed service is still there")
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
        number = os.fork()
        if number == 0:
            _serve(*rest)
            return  # it ends as it would by itself
        running.add(number)
        print(number, flush=True)
    for number in running:
        _kill(number)


if __name__ == "__main__":
    main()
