"""Whether rules work, told of an account whose truth is known: flagged, approved, withheld, carried out, scored."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from api.cli.app import run
from api.services.account_rules import set_targets
from api.services.bulk_edits import bulk_file
from api.services.effects import rule_scores
from api.services.imports import import_file
from api.services.lives import life_document
from api.services.nights import run_night
from api.services.recommendations import decide, mark_applied
from api.v1.answers.effects import RuleScores
from engine.errors import ConflictError
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.steps import WantedStep
from engine.store.store import Store
from tests.environment import ACCOUNT, PASSWORD, hash_quickly, settle

NIGHT, SCORED = date(2026, 8, 17), date(2026, 10, 1)
APPLIED = NIGHT + timedelta(days=1)
GROUPS, SHOWN, SOUND, WEAK = 180, 300, 0.03, 0.012
TRUE = SOUND / ((2 * SOUND + WEAK) / 3) - 1
BY_HAND = 6
COLUMNS = ("date", "account_id", "campaign_name", "ad_group_name", "ad_name", "ad_id", "currency", "spend",
           "impressions", "clicks")  # fmt: skip


def _write(path, first, days, paused, seed):
    """Two sound ads and a weak one in every group; what is paused delivers no more."""
    chance = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for day in range(days):
            on = (first + timedelta(days=day)).isoformat()
            clicks = chance.binomial(SHOWN, [SOUND, SOUND, WEAK], (GROUPS, 3))
            spend = chance.integers(90, 150, (GROUPS, 3))
            for group, at in np.ndindex(GROUPS, 3):
                ad = f"{group}-{at}"
                if ad not in paused:
                    names = ("1", f"C{group % 4}", f"G{group}", f"A{ad}", ad, "TWD")
                    out.writerow((on, *names, spend[group, at], SHOWN, clicks[group, at]))
        out.writerow(((SCORED - timedelta(days=1)).isoformat(), "1", "C0", "G0", "A0-0", "0-0", "TWD", 1, 300, 9))
    return path


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """A planner's view of an account whose weak ads were proposed, approved and, unless withheld, paused."""
    folder = tmp_path_factory.mktemp("effects")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, folder)
        hash_quickly(patch)
        patch.setattr("api.services.night_stages.Reallocate.run", lambda self, state: state)
        store = Store(settings().url)
        store.upgrade()
        secret, _ = store.account(ACCOUNT, "test").members.invite("planner")
        planner = store.account(ACCOUNT, f"person:{store.people.accept(secret, 'mei.lin', PASSWORD)}")
        _work(planner, folder)
        yield planner
        store.close()
    settings.cache_clear()


def _work(planner, folder):
    import_file(planner, _write(folder / "before.csv", NIGHT - timedelta(days=28), 28, set(), 1), NIGHT)
    run_night(planner, NIGHT)
    said = [life for life in planner.recommendations.standing("open") if life.action == "pause"]
    paused = set()
    for at, life in enumerate(said):
        held = life.stored.document["en"]["holdout"]
        if at < BY_HAND:
            assert decide(planner, life.id, "approved", "", NIGHT).state == ("withheld" if held else "approved")
            if not held:
                mark_applied(planner, life.id, APPLIED, "")
        else:  # the same in one step each, which is faster
            rest = WantedStep("withheld", NIGHT, "person") if held else WantedStep("applied", APPLIED, "person")
            planner.recommendations.take(life.id, WantedStep("approved", NIGHT, "person"), rest)
        if not held:
            paused.add(life.stored.document["en"]["ids"]["ad"])
    import_file(planner, _write(folder / "later.csv", NIGHT, 30, paused, 2), SCORED)


def _told(account, as_of):
    report = rule_scores(account, as_of).as_dict("en")
    return report, next(one for one in report["rules"] if one["rule"] == "low_ctr_vs_peers")


def test_the_lift_is_what_pausing_brought(worked):
    report, told = _told(worked, SCORED)
    assert told["approved"] == told["proposals"] > 0.9 * GROUPS
    assert 20 <= told["withheld"] <= 0.2 * told["approved"]
    effect = told["effect"]
    assert (effect["basis"], effect["trust"], effect["outcome"]) == ("holdout", "high", "ctr")
    width = effect["high"] - effect["low"]
    assert abs(effect["value"] - TRUE) < width < 0.1
    assert (effect["shown"], told["verdict"]) == ("better", "earns")
    assert effect["measured"]["carried_out"] == 1
    assert told["false_share"]["high"] < 0.05 and told["false_share"]["known"] == told["withheld"]
    daily = 120 * (told["approved"] - told["withheld"])
    assert told["money"]["moved"] == pytest.approx(28 * daily, rel=0.05)
    assert told["money"]["saved_low"] < 28 * daily < told["money"]["saved_high"]
    assert report["currency"] == "TWD"


def test_effects_stand_for_a_quarter_and_are_not_looked_at_before(worked):
    before, told = _told(worked, SCORED - timedelta(days=1))
    assert (before["scored_on"], before["next_on"]) == ("2026-07-01", "2026-10-01")
    assert told["approved"] and told["effect"] is None and told["verdict"] == "too_early"
    last, later = _told(worked, date(2026, 12, 31))
    assert (last["scored_on"], last["next_on"]) == ("2026-10-01", "2027-01-01")
    assert later == _told(worked, SCORED)[1]
    long_after = [_told(worked, day)[1] for day in (date(2027, 7, 1), date(2027, 9, 30))]
    assert long_after[0]["effect"] and long_after[0] == long_after[1]
    early = rule_scores(worked, NIGHT).as_dict("en")["rules"]
    assert {one["approved"] > 0 for one in early if one["verdict"] != "alerts"} == {True}
    assert rule_scores(worked, NIGHT - timedelta(days=1)).scores == []


def test_scores_are_worked_out_once_until_something_is_written(worked, monkeypatch):
    reads = []
    take = AccountStore.snapshot
    monkeypatch.setattr(AccountStore, "snapshot", lambda self, *a, **k: reads.append(1) or take(self, *a, **k))
    day = SCORED + timedelta(days=3)
    first = rule_scores(worked, day)
    assert len(reads) == 1 and rule_scores(worked, day) is first and len(reads) == 1
    set_targets(worked, {"meta": 300.0}, {}, day)
    again = rule_scores(worked, day)
    assert len(reads) == 2 and again.as_dict("en") == first.as_dict("en")


def test_what_is_withheld_is_told_written_into_no_file_and_never_marked_as_done(worked):
    held = worked.recommendations.standing("withheld")
    assert len(held) >= 20
    for life in held[:3]:
        document = life_document(life, "zh-TW")
        assert (document["state"], document["holdout"]) == ("withheld", True)
        drawn_but_open = life_document(replace(life, state="open"), "zh-TW")
        assert drawn_but_open["holdout"] is False, "who knew the draw could approve by it"
        with pytest.raises(ConflictError):
            mark_applied(worked, life.id, SCORED, "")
    for platform in sorted({life.platform for life in held}):
        file = bulk_file(worked, platform, SCORED)
        assert not {life.id for life in file.written} & {life.id for life in held}
        assert not {life.id for life, _ in file.by_hand} & {life.id for life in held}


def test_the_command_line_and_the_endpoint_tell_the_same(worked, monkeypatch, capsys):
    monkeypatch.setenv("ADCUE_DATA_DIR", str(settings().data_dir))
    monkeypatch.setenv("ADCUE_LANGUAGE", "zh-TW")
    assert run(["rules", "score", "--as-of", "2026-10-05", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    expected = rule_scores(worked, date(2026, 10, 5)).as_dict("zh-TW")
    assert told == json.loads(json.dumps(expected))
    RuleScores.model_validate(expected)
    assert run(["rules", "score", "--as-of", "2026-10-05"]) == 0
    shown = capsys.readouterr().out
    assert "low_ctr_vs_peers" in shown and "值得留著" in shown and "2026-10-01" in shown
