"""An account with one of everything that has an id, made by its people over HTTP; copied where a test changes it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api.app import create_app, jobs_of
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.lives import Life
from engine.store.steps import StepName, WantedStep
from engine.store.store import Store
from tests.api.routes import NOBODY
from tests.environment import ACCOUNT, PASSWORD, hash_quickly, settle, unhurried

ROLES = ("planner", "reviewer", "admin", "machine")
OTHER = "other"
AS_OF = date(2026, 11, 16)
PLAN = {"budget": 1200000, "start": "2026-11-16", "end": "2026-12-13"}
# How far a recommendation has to be before an operation takes it further.
WANTED_STEPS: Mapping[str, tuple[StepName, ...]] = {
    "undo_recommendation": ("auto_approved", "applied"),
    "mark_recommendation_applied": ("auto_approved",),
    "decide_recommendation": (),
}
COPY = {
    "source": "winter.xlsx",
    "rows": [
        {"row_id": "a", "text": "這款果汁三天治好糖尿病", "product": "food"},
        {"row_id": "b", "text": "每天早上現做", "product": "food"},
    ],
}

OWN_RULE = """\
id: our_dear_groups
version: 1
title: {zh-TW: 我們的高成本群組, en: Our dear ad groups}
explanation: {zh-TW: 單次轉換成本高於九百元的廣告群組。, en: Ad groups that pay more than 900 a conversion.}
level: ad_group
window: {days: 28, end_lag_days: 1}
when: {all: [{metric: conversions, op: '>=', value: 2}, {metric: cpa, op: '>', value: 900}]}
action: {type: alert}
priority: 30
examples:
  flag: [{name: a thousand, ads: [{ad: A, days: [-30, -1], impressions: 900, spend: 1000, conversions: 1, flag: true}]}]
  pass: [{name: eight hundred, ads: [{ad: A, days: [-30, -1], impressions: 900, spend: 800, conversions: 1}]}]
"""


@dataclass(frozen=True, slots=True)
class Everything:
    """Where it lies; the header of a key for each role, and of the other account's administrator; ids by parameter."""

    folder: Path
    headers: dict[str, dict[str, str]]
    other: dict[str, str]
    people: dict[str, str]
    ids: dict[str, str]
    short_ids: dict[str, str]


@pytest.fixture(scope="session")
def everything(tmp_path_factory, filled, sample) -> Everything:
    """The sample's account after a day's work, and another account with an administrator and nothing more."""
    folder = tmp_path_factory.mktemp("everything") / "data"
    shutil.copytree(filled, folder)
    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, folder)
        hash_quickly(patch)
        store = Store(settings().url)
        store.upgrade()
        try:
            made = _fill(folder, store, sample[1].exports[0])
        finally:
            store.close()
    settings.cache_clear()
    return made


@pytest.fixture
def worked(everything, tmp_path, monkeypatch):
    """The application on a copy of its own of ``everything``."""
    with working(everything.folder, tmp_path / "worked", monkeypatch) as app:
        yield app


@contextmanager
def working(source: Path, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application on a copy, at ``folder``, of the data folder ``source``."""
    shutil.copytree(source, folder)
    _settle(patch, folder)
    store = Store(settings().url)
    app = create_app(store)
    try:
        yield app
    finally:
        jobs_of(app).stop(10)
        store.close()
        settings.cache_clear()


def a_pause(account: AccountStore, *steps: StepName) -> Life:
    """An open pause that is not to be withheld, taken as far as ``steps``."""
    open_ones = (life for life in account.recommendations.list(100) if life.state == "open")
    life = next(one for one in open_ones if one.action == "pause" and not one.stored.document["en"]["holdout"])
    change = {"field": "status", "value": "paused", "share": None}
    for name in steps:
        life = account.recommendations.take(life.id, WantedStep(name, AS_OF, "policy", None, change))
    return life


def _settle(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("ADCUE_WAIT_SECONDS", "60")
    settle(patch, folder)
    unhurried(patch)


def _fill(folder: Path, store: Store, export: Path) -> Everything:
    people, headers = {}, {}
    for name, role, account in (
        ("mei.lin", "planner", ACCOUNT),
        ("yu.hsu", "reviewer", ACCOUNT),
        ("an.chen", "admin", ACCOUNT),
        ("bo.wang", "admin", OTHER),
    ):
        secret, _ = store.account(account, "cli").members.invite(role)
        people[name] = store.people.accept(secret, name, PASSWORD)
        acting = store.account(account, f"person:{people[name]}")
        headers[name] = {"Authorization": f"Bearer {acting.keys.create(role, '', people[name])[0]}"}
    app = create_app(store)
    client, planner, admin = app.test_client(), headers["mei.lin"], headers["an.chen"]

    def sent(path: str, who: dict[str, str], **body: Any) -> dict[str, Any]:
        answer = client.post(f"/v1/{path}", headers=who, **body)
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        told: dict[str, Any] = answer.json
        return told

    file = {"file": (io.BytesIO(export.read_bytes()), export.name), "received": "2026-11-20"}
    sent("imports", planner, data=file)
    proposal = sent("proposals", planner, json=PLAN)
    sent("proposals", planner, json=PLAN | {"budget": 900000})
    sent(f"proposals/{proposal['id']}/decision", admin, json={"verdict": "approved", "note": "照這份走"})
    night = sent("nights", planner, json={"as_of": "2026-11-16"})
    advice = client.get("/v1/recommendations", headers=planner).json["items"][0]
    check = sent("copy-checks", planner, json=COPY)
    sent("rules", planner, json={"text": OWN_RULE})
    sent("invitations", admin, json={"role": "planner"})
    machine = sent("keys", admin, json={"for_whom": "machine", "name": "robot seven"})
    run = client.get("/v1/runs?kind=copy_check", headers=planner).json["items"][0]
    jobs_of(app).stop(10)
    return Everything(
        folder=folder,
        headers={
            "planner": planner,
            "reviewer": headers["yu.hsu"],
            "admin": admin,
            "machine": {"Authorization": f"Bearer {machine['key']}"},
        },
        other=headers["bo.wang"],
        people=people,
        ids=dict(NOBODY)
        | {
            "proposal_id": proposal["id"],
            "night_id": night["id"],
            "recommendation_id": advice["id"],
            "rule_id": "our_dear_groups",
            "check_id": check["id"],
            "run_id": run["id"],
            "key_id": machine["id"],
            "person_id": people["yu.hsu"],
        },
        short_ids=dict(NOBODY)
        | {
            "proposal_id": proposal["short_id"],
            "night_id": night["short_id"],
            "recommendation_id": advice["short_id"],
            "rule_id": "our_dear_groups",
            "check_id": check["short_id"],
            "run_id": run["short_id"],
            "key_id": machine["prefix"],
            "person_id": people["mei.lin"],
        },
    )
