"""Decides how ``adcue serve`` runs the console and the endpoints: gunicorn with threads, drained on SIGTERM."""

from __future__ import annotations

import gc
import signal
import socket
import threading
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import say
from api.cli.words import word
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.store.store import Store

# So many streams leave threads to ask and to cancel; what is set beyond gets threads of its own.
STREAMS_WITHIN = 4
GRACE_SECONDS = 30
# What long work has to end in, so that requests which wait for it are answered before the process goes.
JOB_GRACE_SECONDS = 20
_HERE = ("127.0.0.1", "localhost", "::1")


def serve(
    host: Annotated[str | None, typer.Option(help=word("serve.host"))] = None,
    port: Annotated[int | None, typer.Option(help=word("serve.port"), min=1, max=65535)] = None,
) -> None:
    """Serves until it is told to stop; at the very first start a one-time key for the first administrator is shown."""
    from api.cli.doors import open_store
    from engine.settings import settings

    listen_host, listen_port = host or settings().host, port or settings().port
    if listen_host not in _HERE and settings().trusted_proxies == 0:
        raise InputError("api.serve.plain", address=listen_host)
    _refuse_taken_port(listen_host, listen_port)
    store = open_store()
    shown = f"http://{'127.0.0.1' if listen_host in {'0.0.0.0', '::'} else listen_host}:{listen_port}"  # noqa: S104
    say(word("serve.at", address=shown), "bold")
    secret = first_secret(store)
    if secret is not None:
        say(word("serve.first_key", key=secret))
        say(word("serve.first_login", address=f"{shown}/join#key={secret}"))
    store.close()
    threads = settings().threads + max(0, settings().most_streams - STREAMS_WITHIN)
    _run({"bind": f"{listen_host}:{listen_port}", "threads": threads, "graceful_timeout": GRACE_SECONDS})


def _refuse_taken_port(host: str, port: int) -> None:
    """Raises InputError where the address cannot be listened on, before anything else is said."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise InputError("api.serve.port", address=f"{host}:{port}", detail=error.strerror or "") from error


def first_secret(store: Store) -> str | None:
    """A one-time key for the first administrator where there is no one yet; one shown earlier ends. None otherwise."""
    from api.cli.doors import ACTOR
    from engine.settings import settings

    if store.people.any():
        return None
    members = store.account(settings().account, ACTOR).members
    members.withdraw(role="admin")
    secret, _ = members.invite("admin")
    return secret


def _begin_jobs(worker: Any) -> None:
    """Long work begins with the process, and ends before it: a signal to stop reaches it first."""
    from api.app import jobs_of

    jobs, drain = jobs_of(worker.wsgi), signal.getsignal(signal.SIGTERM)
    jobs.start()
    # What was loaded at the start stays: it need not be looked through again and again for what can go.
    gc.collect()
    gc.freeze()

    def leave(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=jobs.stop, args=(JOB_GRACE_SECONDS,), daemon=True).start()
        if callable(drain):
            drain(number, frame)

    signal.signal(signal.SIGTERM, leave)


def _end_jobs(_server: Any, worker: Any) -> None:
    from api.app import jobs_of

    if getattr(worker, "wsgi", None) is not None:
        jobs_of(worker.wsgi).stop(JOB_GRACE_SECONDS)


def _run(options: Mapping[str, Any]) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types
    from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn has no types

    from api.slow_bodies import MOST_ARRIVING, PatientWorker

    class Log(Logger):  # type: ignore[misc]  # gunicorn has no types
        """What gunicorn tells goes the way of every other line; its own handlers would print paths and messages."""

        def setup(self, cfg: Any) -> None:
            super().setup(cfg)
            self.error_log.handlers.clear()
            self.error_log.propagate = True

    class Service(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            fixed = {"worker_class": PatientWorker, "workers": 1, "accesslog": None, "loglevel": "warning"}
            # Connections beyond those that may arrive at once leave room to let the slowest of them go.
            fixed |= {"timeout": 120, "worker_connections": MOST_ARRIVING + 100}
            # Who came over TLS is read from proxies that are trusted by the settings, and by no one else.
            ours = {
                "logger_class": Log,
                "forwarded_allow_ips": "",
                "post_worker_init": _begin_jobs,
                "worker_exit": _end_jobs,
            }
            for name, value in (fixed | ours | dict(options)).items():
                self.cfg.set(name, value)

        def load(self) -> object:
            from api.app import create_app

            return create_app()

    Service().run()
