"""The night: files from the inbox, replays, one account's failure, the words of the exit code."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from api.services.account_rules import rule_targets, set_targets
from api.services.inbox import inbox_of
from api.services.night_history import latest_night
from api.services.night_stages import ScreenCopy
from api.services.nights import exit_code, night_accounts, run_night, run_nights
from api.v1.answers.nights import Alert
from engine.errors import InputError
from engine.pipeline import run_stages
from tests.api.lean_nights import lean_inbox, make_lean

AS_OF = date(2026, 11, 16)


@pytest.fixture
def inbox(data_dir, sample):
    """The account's inbox with two exports and the sample's copy."""
    folder = inbox_of("default")
    (folder / "copy").mkdir(parents=True)
    for path in sample[1].exports[:2]:
        shutil.copy(path, folder)
    shutil.copy(sample[0] / "copy.csv", folder / "copy")
    (folder / "half.csv.part").write_text("unfinished")
    return folder


def _said(night) -> dict:
    return night.as_dict("zh-TW")


def test_a_night_takes_in_what_waits_and_is_done_once(account, inbox):
    first = _said(run_night(account, AS_OF))
    assert [f["status"] for f in first["files"]] == ["imported", "imported"]
    assert first["judgement"]["account"] == "default"
    assert first["screenings"][0]["counts"]["block"] > 0
    assert first["reallocation"]["origin"] == "night"
    again = _said(run_night(account, AS_OF))
    assert again["id"] == first["id"]
    assert len(account.imports()) == 2
    assert len(account.list("night")) == 1


def test_a_dry_night_leaves_nothing(account, inbox):
    said = _said(run_night(account, AS_OF, dry_run=True))
    assert [f["status"] for f in said["files"]] == ["dry_run", "dry_run"]
    assert account.imports() == []
    assert account.list("night") == account.list("screening") == []


def test_a_replay_takes_in_nothing_and_says_so(filled_dir, store, sample):
    account = store.account("default", "test")
    before = len(account.imports())
    folder = inbox_of("default")
    folder.mkdir(parents=True)
    (folder / "late.csv").write_bytes(sample[1].exports[0].read_bytes() + b"\n")
    said = _said(run_night(account, date(2026, 10, 1)))
    assert (said["files"], said["replay"]) == ([], True)
    assert [notice["code"] for notice in said["notices"]] == ["api.night.replay", "api.night.no_facts"]
    assert len(account.imports()) == before


def test_a_replay_proposes_nothing_is_told_what_was_set_then_and_is_not_the_latest_night(
    filled_dir, store, monkeypatch
):
    make_lean(monkeypatch)
    account = store.account("default", "test")
    with time_machine.travel(AS_OF - timedelta(days=9)):
        set_targets(account, {"google_ads": 1.0}, {}, AS_OF - timedelta(days=9))
    with time_machine.travel(AS_OF + timedelta(days=2)):
        set_targets(account, {"google_ads": 300.0}, {}, AS_OF - timedelta(days=9))
    real = run_night(account, AS_OF + timedelta(days=1))
    lines = [line for language in ("zh-TW", "en") for line in real.as_dict(language)["recommendations"]]
    assert lines and all("holdout" not in line for line in lines), "who knew the draw could approve by it"
    advised = len(account.recommendations.list(100))
    seen: list[Any] = []
    monkeypatch.setattr(ScreenCopy, "run", lambda _, state: seen.append(state.context.targets) or state)
    inbox_of("default").mkdir(parents=True)
    said = _said(run_night(account, AS_OF))
    assert said["replay"] and said["judgement"] and [one.target_cpa for one in seen] == [{"google_ads": 1.0}]
    assert rule_targets(account, AS_OF).target_cpa == {"google_ads": 300.0}
    assert len(account.recommendations.list(100)) == advised
    assert account.list("proposal") == account.list("screening") == []
    kept = latest_night(account)
    assert kept is not None and kept.id == _said(real)["id"] and len(account.list("night")) == 2
    assert [(one.as_of, one.replay) for one in account.nights.list()] == [
        (AS_OF + timedelta(days=1), False),
        (AS_OF, True),
    ]


def test_copy_is_screened_under_the_law_of_the_nights_day(account, inbox, monkeypatch):
    days: list[date] = []

    def screen(items, on):
        days.append(on)
        return []

    monkeypatch.setattr("compliance.screening.screen", screen)
    monkeypatch.setattr("api.services.nights.NIGHT", (ScreenCopy(),))
    run_night(account, date(2024, 5, 1))
    assert days == [date(2024, 5, 1)]


def test_what_is_wrong_with_the_account_is_an_alert_in_the_form_of_a_recommendation(
    store, sample, data_dir, monkeypatch
):
    make_lean(monkeypatch)
    folder = lean_inbox(sample)
    (folder / "a-line.csv").unlink()
    whole = folder / "b-line.csv"
    lines = whole.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    whole.write_text("".join(line for line in lines if not line.startswith("2026-11-04")), encoding="utf-8")
    said = _said(run_night(store.account("default", "test"), AS_OF))
    (alert,) = [one for one in said["alerts"] if one["rule"]["name"] == "days_missing"]
    assert {"account", "platform", "level", "name", "ids", "names", "rule", "action", "decision", "evidence"} <= set(
        alert
    )
    assert (alert["account"], alert["platform"], alert["level"]) == ("default", "line", "account")
    assert (alert["action"], alert["decision"], alert["evidence"]["days"]) == ("alert", "kept", 1)
    Alert.model_validate(alert)


def test_a_file_that_cannot_be_used_is_told_and_the_night_goes_on(account, inbox):
    (inbox / "broken.csv").write_bytes(b"")
    night = run_night(account, AS_OF)
    assert night.status == "partly"
    assert exit_code([night]) == 1
    said = _said(night)
    assert {f["file"]: f["status"] for f in said["files"]}["broken.csv"] == "refused"
    assert said["recommendations"]


def test_one_account_failing_never_stops_the_rest(store, inbox, monkeypatch):
    def fail_for_one(stages, state, on_stage=None):
        if state.account.name == "a":
            raise RuntimeError("secret")
        return run_stages(stages, state, on_stage)

    monkeypatch.setattr("api.services.nights.run_stages", fail_for_one)
    nights = run_nights(store, ["a", "default"], AS_OF, "test")
    assert [night.status for night in nights] == ["failed", "done"]
    assert exit_code(nights) == 1
    assert "secret" not in str(nights[0].as_dict("en"))
    assert exit_code(nights[:1]) == 2


def test_every_account_with_a_store_or_an_inbox_has_a_night(store, inbox):
    store.account("another", "test")
    assert night_accounts(store, "fallback") == ["another", "default"]


def test_an_empty_store_has_the_fallback(store):
    assert night_accounts(store, "fallback") == ["fallback"]


@pytest.mark.parametrize("name", ["..", ".", "a/b", "a\\b", "", "a\x00"])
def test_no_account_name_leads_out_of_the_inbox(data_dir, name):
    with pytest.raises(InputError):
        inbox_of(name)
