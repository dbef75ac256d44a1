"""The night: files from the inbox, replays, one account's failure, the words of the exit code."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from api.services.inbox import inbox_of
from api.services.nights import exit_code, night_accounts, run_night, run_nights
from engine.errors import InputError
from engine.pipeline import run_stages
from engine.store.store import Store

AS_OF = date(2026, 11, 16)


@pytest.fixture
def account(store: Store):
    return store.account("default", "test")


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
    assert said["files"] == []
    assert [notice["code"] for notice in said["notices"]] == ["api.night.replay", "api.night.no_facts"]
    assert len(account.imports()) == before


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
