"""Decides how both services run: each in a process of its own, as they are served, on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.cli import serving
from tests.bench import reference_service
from tests.bench.service.data import Data

UNLIMITED = "1000000/minute"
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each service listens on this machine."""

    ours: int
    peer: int


@contextmanager
def both_served(data: Data) -> Iterator[Ports]:
    """Both services over one file, until the block ends. Their options must be equal."""
    bare = reference_service.OPTIONS
    if bare["graceful_timeout"] != serving.GRACE_SECONDS:
        raise SystemExit("the two services are not served with the same options")
    ports = Ports(_free_port(), _free_port())
    adcue = str(Path(sys.executable).with_name("adcue"))
    peer = [sys.executable, "-m", "tests.bench.reference_service", "--database", str(data.database)]
    with ExitStack() as running:
        running.enter_context(_served(data.folder, [adcue, "serve", "--port", str(ports.ours)], ports.ours))
        running.enter_context(_served(data.folder, [*peer, "--port", str(ports.peer)], ports.peer))
        yield ports


@contextmanager
def _served(folder: Path, command: Sequence[str], port: int) -> Iterator[None]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADCUE_")}
    environment |= {"ADCUE_DATA_DIR": str(folder), "ADCUE_RATE_PER_KEY": UNLIMITED}
    environment["ADCUE_THREADS"] = str(reference_service.OPTIONS["threads"])
    log = folder / f"{port}.log"
    with (
        log.open("wb") as told,
        subprocess.Popen(command, env=environment, stdout=told, stderr=subprocess.STDOUT) as process,
    ):
        try:
            _wait(process, port)
            yield
        except BaseException:
            print(log.read_text()[-2000:], file=sys.stderr)
            raise
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a service did not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
