"""Decides how ``adcue serve`` runs the console and the endpoints: gunicorn with threads, drained on SIGTERM."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import say
from api.cli.words import word
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.store.store import Store

THREADS = 8
GRACE_SECONDS = 30


def serve(
    host: Annotated[str | None, typer.Option(help=word("serve.host"))] = None,
    port: Annotated[int | None, typer.Option(help=word("serve.port"), min=1, max=65535)] = None,
) -> None:
    """Serves until it is told to stop; at the very first start an admin key is made and shown once."""
    from api.cli.doors import open_store
    from engine.settings import settings

    listen_host, listen_port = host or settings().host, port or settings().port
    _refuse_taken_port(listen_host, listen_port)
    store = open_store()
    shown = f"http://{'127.0.0.1' if listen_host in {'0.0.0.0', '::'} else listen_host}:{listen_port}"  # noqa: S104
    say(word("serve.at", address=shown), "bold")
    key = first_key(store)
    if key is not None:
        say(word("serve.first_key", key=key))
        say(word("serve.first_login", address=f"{shown}/login#key={key}"))
    store.close()
    _run({"bind": f"{listen_host}:{listen_port}", "threads": THREADS, "graceful_timeout": GRACE_SECONDS})


def _refuse_taken_port(host: str, port: int) -> None:
    """Raises InputError where the address cannot be listened on, before anything else is said."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise InputError("api.serve.port", address=f"{host}:{port}", detail=error.strerror or "") from error


def first_key(store: Store) -> str | None:
    """A one-time admin key where no key exists yet; None otherwise."""
    from api.cli.doors import ACTOR
    from engine.settings import settings

    if store.keys.list():
        return None
    key, _ = store.keys.create(settings().account, "admin", ACTOR)
    return key


def _run(options: Mapping[str, Any]) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types
    from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn has no types

    class Log(Logger):  # type: ignore[misc]  # gunicorn has no types
        """What gunicorn tells goes the way of every other line; its own handlers would print paths and messages."""

        def setup(self, cfg: Any) -> None:
            super().setup(cfg)
            self.error_log.handlers.clear()
            self.error_log.propagate = True

    class Service(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            fixed = {"worker_class": "gthread", "workers": 1, "accesslog": None, "loglevel": "warning", "timeout": 120}
            for name, value in (fixed | {"logger_class": Log} | dict(options)).items():
                self.cfg.set(name, value)

        def load(self) -> object:
            from api.app import create_app

            return create_app()

    Service().run()
