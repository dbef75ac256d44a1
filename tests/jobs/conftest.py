"""Runs on both databases, what works on them, and work that goes on until it is let go."""

from __future__ import annotations

import pytest

from api.jobs import worker
from api.jobs.worker import Jobs
from engine.store.store import Store
from tests.api.conftest import data_dir
from tests.store.conftest import backend, url

__all__ = ["backend", "data_dir", "url"]


@pytest.fixture
def jobs_store(url, data_dir):
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def account(jobs_store):
    return jobs_store.account("acme", "key:planner")


@pytest.fixture
def start(jobs_store, monkeypatch):
    """Starts what works on runs, as if on a machine of its own; it ends with the test."""
    begun: list[Jobs] = []

    def begin(host: str = "here", threads: int = 1) -> Jobs:
        monkeypatch.setattr(worker, "this_process", lambda: f"{host}.example/1/")
        jobs = Jobs(jobs_store, threads)
        begun.append(jobs)
        jobs.start()
        return jobs

    yield begin
    for jobs in begun:
        jobs.stop(0)


@pytest.fixture
def work(monkeypatch):
    """Puts a function in the place of every kind of work."""

    def put(done):
        monkeypatch.setattr("api.jobs.doing.work_of", lambda kind: done)

    return put
