"""The yardstick of the service: a bare Flask app with pydantic answers over the same file and the same queries.

    python -m tests.bench.reference_service --database adcue.sqlite3 --port 8766

At its best and with nothing around it: no tenant, key, role, limit, audit or choice of language. SQLAlchemy Core on
one engine with a connection for every thread, the durability the store promises, an index for its own look-up, and
reads outside a transaction. It is served by gunicorn under the options of ``adcue serve``. Written before the service
was measured and left alone.
"""

from __future__ import annotations

import argparse
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from flask import Flask, Response, request
from gunicorn.app.base import BaseApplication
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import JSON, BigInteger, Column, Engine, Integer, MetaData, String, Table, create_engine, event, select

THREADS = 8
OPTIONS: dict[str, Any] = {
    "worker_class": "gthread",
    "workers": 1,
    "threads": THREADS,
    "accesslog": None,
    "loglevel": "warning",
    "timeout": 120,
    "graceful_timeout": 30,
}
PRAGMAS = (
    "PRAGMA busy_timeout=30000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
)
LANGUAGE = "zh-TW"
PAGE = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

metadata = MetaData()
proposal = Table(
    "proposal",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("id", String(64)),
    Column("short_id", String(68)),
    Column("created_at", BigInteger),
    Column("document", JSON),
)
bare_decision = Table(
    "bare_decision",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("subject", String(68), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("note", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
SHOWN = (proposal.c.id, proposal.c.short_id, proposal.c.created_at, proposal.c.document)


class ProposalAnswer(BaseModel):
    id: str
    short_id: str
    created_at: datetime
    document: dict[str, Any]


class ProposalsAnswer(BaseModel):
    items: list[ProposalAnswer]


class DecisionBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    subject: str = Field(max_length=68)
    verdict: Literal["approved", "rejected"]
    note: str = Field("", max_length=2000)


class DecisionAnswer(DecisionBody):
    pk: int
    created_at: datetime


def open_engine(database: Path) -> Engine:
    """The engine; its own table and the index of its look-up are made where they are missing."""
    engine = create_engine(f"sqlite:///{database}", pool_size=THREADS, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(pragma)

    with engine.begin() as connection:
        bare_decision.create(connection, checkfirst=True)
        connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_bare_proposal ON proposal (short_id)")
    return engine


def create_app(database: Path) -> Flask:
    """Three endpoints: one proposal, the newest twenty, and one row written."""
    app = Flask(__name__)
    engine = open_engine(database)
    one = select(*SHOWN)
    newest = select(*SHOWN).order_by(proposal.c.pk.desc()).limit(PAGE)

    @app.get("/bare/proposals/<short_id>")
    def read_proposal(short_id: str) -> Response:
        with engine.connect() as connection:
            row = connection.execute(one.where(proposal.c.short_id == short_id)).one_or_none()
        if row is None:
            return Response('{"detail": "unknown"}', status=404, mimetype="application/json")
        return answer(shown(*row))

    @app.get("/bare/proposals")
    def list_proposals() -> Response:
        with engine.connect() as connection:
            rows = connection.execute(newest).all()
        return answer(ProposalsAnswer(items=[shown(*row) for row in rows]))

    @app.post("/bare/decisions")
    def create_decision() -> Response:
        try:
            body = DecisionBody.model_validate_json(request.get_data())
        except ValidationError:
            return Response('{"detail": "invalid"}', status=422, mimetype="application/json")
        now = datetime.now(UTC)
        values = body.model_dump() | {"created_at": (now - EPOCH) // timedelta(microseconds=1)}
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            written = connection.execute(bare_decision.insert().values(**values))
            connection.commit()
        (pk,) = written.inserted_primary_key
        return answer(DecisionAnswer(pk=pk, created_at=now, **body.model_dump()), status=201)

    return app


def shown(name: str, short_id: str, created_at: int, document: dict[str, Any]) -> ProposalAnswer:
    """A row as it is answered, in one language."""
    made = EPOCH + timedelta(microseconds=created_at)
    return ProposalAnswer(id=name, short_id=short_id, created_at=made, document=document[LANGUAGE])


def answer(body: BaseModel, status: int = 200) -> Response:
    """The body as JSON, without a detour over a dictionary."""
    return Response(body.model_dump_json(), status=status, mimetype="application/json")


class Service(BaseApplication):
    """The app under gunicorn."""

    def __init__(self, database: Path, port: int) -> None:
        self.database, self.port = database, port
        super().__init__()

    def load_config(self) -> None:
        for name, value in (OPTIONS | {"bind": f"127.0.0.1:{self.port}"}).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self.database)


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    Service(given.database, given.port).run()


if __name__ == "__main__":
    main()
