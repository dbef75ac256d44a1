"""Whether the nights run: on time, under way, late, cut short or failed; told to the account, counted for anyone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from api.services.night_status import STATES, counts_of, status_code, status_of
from api.services.nights import run_night, run_nights
from api.wiring import NIGHT
from engine.errors import InputError
from engine.messages import LANGUAGES, Message, render
from engine.store.nights import StoredNight
from tests.api.lean_nights import make_lean

# 08:00 in Taipei, the hour by which a night has run, is midnight UTC.
DUE_AT = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
DAY = date(2026, 11, 16)


def night(as_of: date, state: str = "done") -> StoredNight:
    problem = {language: {"detail": "why"} for language in LANGUAGES} if state == "failed" else None
    ended = None if state in ("running", "interrupted") else DUE_AT
    return StoredNight("0" * 64, as_of, False, state, "rules", 1, DUE_AT, ended, None, problem)


@pytest.mark.parametrize(
    ("latest", "at", "state", "missed"),
    [
        (None, DUE_AT, "never", 0),
        (night(DAY), DUE_AT, "done", 0),
        (night(DAY - timedelta(days=1)), DUE_AT, "late", 1),
        (night(DAY - timedelta(days=1)), DUE_AT - timedelta(minutes=1), "done", 0),
        (night(DAY - timedelta(days=4), "failed"), DUE_AT, "late", 4),
        (night(DAY, "failed"), DUE_AT, "failed", 0),
        (night(DAY, "interrupted"), DUE_AT, "interrupted", 0),
        (night(DAY, "partly"), DUE_AT, "partly", 0),
        (night(DAY, "running"), DUE_AT, "running", 0),
        (night(DAY - timedelta(days=2), "running"), DUE_AT, "running", 2),
        (night(DAY + timedelta(days=1)), DUE_AT, "done", 0),
    ],
)
def test_an_account_stands_as_its_latest_night_and_the_hour_say(latest, at, state, missed):
    status = status_of("a", latest, at)
    assert (status.state, status.missed) == (state, missed)
    told = {language: status.as_dict(language) for language in LANGUAGES}
    assert told["en"]["text"] != told["zh-TW"]["text"]
    assert "{" not in told["en"]["text"]


def test_every_stage_of_a_night_has_words():
    for stage in NIGHT:
        told = {render(Message(f"api.run.stage.{stage.name}"), language) for language in LANGUAGES}
        assert len(told) == 2
        assert render(Message(f"api.run.stage.{stage.name}"), "en") in status_text(stage.name)


def status_text(stage: str) -> str:
    return status_of("a", replace(night(DAY, "running"), stage=stage), DUE_AT).as_dict("en")["text"]


def test_counts_and_the_exit_code_follow_from_the_accounts():
    well, late = status_of("a", night(DAY), DUE_AT), status_of("b", night(DAY - timedelta(days=1)), DUE_AT)
    assert {name: count for name, count in counts_of([well, late, late]).items() if count} == {"done": 1, "late": 2}
    assert tuple(counts_of([])) == STATES
    assert [status_code(one) for one in ([well], [well, late], [late], [])] == [0, 1, 2, 0]


def test_a_failed_night_is_remembered_with_what_was_told_and_counted_without_a_name(store, client, key, monkeypatch):
    make_lean(monkeypatch)

    def fail(*_given):
        raise InputError("api.night.account_name", account="x")

    monkeypatch.setattr("api.services.night_stages.waiting_exports", fail)
    (failed,) = run_nights(store, ["secret-name"], DAY, "test")
    told = client.get("/v1/nights/status", headers=key("planner", "secret-name")).json
    assert told["latest"]["state"] == failed.status == "failed"
    assert (told["latest"]["stage"], told["latest"]["attempts"]) == ("pick_up", 1)
    assert told["latest"]["problem"] == failed.as_dict("zh-TW")["problem"]
    monkeypatch.undo()
    health = client.get("/v1/health")
    assert "secret-name" not in health.get_data(as_text=True)
    assert sum(health.json["nights"][state] for state in STATES) == len(store.accounts()) == 1


def test_a_night_stopped_by_whoever_follows_it_is_cut_short_and_no_failure(store, monkeypatch):
    make_lean(monkeypatch)
    account = store.account("default", "test")

    def stop(name: str, _done: int, _total: int) -> None:
        if name == "rules":
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        run_night(account, DAY, on_stage=stop)
    latest = account.nights.latest()
    assert latest is not None
    assert (latest.state, latest.stage, latest.problem) == ("interrupted", "check", None)
    run_night(account, DAY)
    latest = account.nights.latest()
    assert latest is not None and (latest.state, latest.attempts) == ("done", 2)


def test_the_command_says_how_the_nights_stand(adcue, store, monkeypatch):
    make_lean(monkeypatch)
    run_nights(store, ["default", "another"], DAY, "test")
    store.account("new", "test")
    code, out, _ = adcue("nightly", "--status", "--json")
    told = {one["account"]: one for one in json.loads(out)["accounts"]}
    assert sorted(told) == ["another", "default", "new"]
    assert (told["new"]["state"], told["new"]["latest"]) == ("never", None)
    assert [night["as_of"] for night in told["default"]["history"]] == ["2026-11-16"]
    assert code == (1 if any(one["state"] == "done" for one in told.values()) else 2)
    code, out, _ = adcue("nightly", "--status", "--account", "new")
    assert code == 2 and out.startswith("new：")
    code, _, err = adcue("nightly", "--status", "--dry-run")
    assert code == 2 and "--status" in err
