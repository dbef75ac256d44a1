"""The life of a recommendation over every door: said, decided, withheld, exported, seen applied, taken back."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from api.app import create_app, jobs_of
from api.dates import today
from api.services.account_rules import rule_targets, set_targets
from api.services.bulk_edits import bulk_file
from api.services.entity_states import mark_states
from api.services.nights import run_night
from api.services.recommendations import propose_undo
from engine.errors import ConflictError
from engine.store.states import StateRow

pytestmark = pytest.mark.usefixtures("filled_dir")

AS_OF = date(2026, 11, 16)


@pytest.fixture
def web(store, person_key):
    """Sends JSON as a planner."""
    app = create_app(store)
    client, header = app.test_client(), person_key("an.chen")

    def send(method: str, path: str, status: int = 200, **body):
        answer = client.open(f"/v1/{path}", method=method, headers=header, json=body if method == "POST" else None)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.json

    yield send
    jobs_of(app).stop(10)


def a_pause(account, *, holdout=False, platform=None):
    """An open pause that the draw would withhold, or would not."""
    found = (
        life
        for life in account.recommendations.list(100)
        if life.action == "pause" and life.state == "open" and platform in (None, life.platform)
    )
    return next(life for life in found if life.stored.document["en"]["holdout"] is holdout)


def ids_of(night) -> set[str]:
    return {one["id"] for one in night.as_dict("en")["recommendations"] if one["decision"] != "dropped"}


def test_a_night_keeps_what_it_says_and_the_next_says_the_same_again(account):
    first = run_night(account, AS_OF)
    kept = {life.id for life in account.recommendations.list(100)}
    assert kept == ids_of(first) and len(kept) > 20
    head = account.audit.head()
    assert run_night(account, AS_OF).as_dict("en")["id"] == first.as_dict("en")["id"]
    assert account.audit.head() == head
    following = run_night(account, AS_OF + timedelta(days=1))
    assert len(ids_of(following) & kept) >= 0.8 * len(kept)
    assert {life.id for life in account.recommendations.list(100)} == kept | ids_of(following)
    assert {life.seen_on for life in account.recommendations.list(100)} <= {AS_OF, AS_OF + timedelta(days=1)}


def test_a_dry_night_and_a_replay_keep_nothing(account):
    run_night(account, AS_OF, dry_run=True)
    assert account.recommendations.list() == []
    run_night(account, AS_OF)
    kept = [life.id for life in account.recommendations.list(100)]
    run_night(account, AS_OF - timedelta(days=1))
    assert [life.id for life in account.recommendations.list(100)] == kept


@pytest.mark.usefixtures("judged")
def test_a_person_decides_and_the_draw_withholds_in_the_same_moment(account, web):
    plain, drawn = a_pause(account), a_pause(account, holdout=True)
    told = web("POST", f"recommendations/{plain.id}/decision", verdict="approved", note="好")
    assert (told["state"], [(s["step"], s["by"]) for s in told["steps"]]) == ("approved", [("approved", "an.chen")])
    told = web("POST", f"recommendations/{drawn.id}/decision", verdict="approved")
    assert (told["state"], [s["step"] for s in told["steps"]]) == ("withheld", ["approved", "withheld"])
    assert web("POST", f"recommendations/{drawn.id}/decision", verdict="approved")["state"] == "withheld"
    refused = web("POST", f"recommendations/{drawn.id}/applied", 409)
    assert refused["code"] == "engine.store.step_order"
    assert web("POST", f"recommendations/{plain.id}/decision", 409, verdict="rejected")
    exported = web("POST", "bulk-edits", platform=drawn.platform)
    assert drawn.stored.short_id not in str(exported)


@pytest.mark.usefixtures("judged")
def test_what_is_rejected_is_not_said_anew_the_next_night(account, web):
    life = a_pause(account)
    web("POST", f"recommendations/{life.id}/decision", verdict="rejected")
    later = run_night(account, AS_OF + timedelta(days=1))
    assert life.id in ids_of(later)
    same = [one for one in account.recommendations.list(100) if (one.rule, one.entity) == (life.rule, life.entity)]
    assert [(one.id, one.state) for one in same] == [(life.id, "rejected")]


@pytest.mark.usefixtures("judged")
def test_what_is_applied_rests_and_is_no_longer_said(account, mei):
    life = a_pause(account)
    account.recommendations.take(life.id, *_steps("auto_approved", "applied"))
    said = run_night(account, AS_OF + timedelta(days=1)).as_dict("en")["recommendations"]
    (one,) = [one for one in said if (one["rule"]["name"], one["entity"]) == (life.rule, life.entity)]
    assert (one["decision"], one["because"]) == ("dropped", "cooldown")


def _steps(*names, on=AS_OF):
    from engine.store.steps import WantedStep

    change = {"field": "status", "value": "paused", "share": None}
    return [WantedStep(name, on, "policy", None, change) for name in names]


def _state(life, **told):
    """What is told of a recommendation's entity."""
    return _state_of(life.stored.document["en"], **told)


def _state_of(line, **told):
    level, names = line["level"], line["names"]
    return StateRow(
        platform=line["platform"],
        level=level,
        name=names[level],
        external_id=line["ids"].get(level, ""),
        campaign_name=names["campaign"] if level != "campaign" else "",
        ad_group_name=names["ad_group"] if level == "ad" else "",
        **({"status": "active"} | told),
    )


@pytest.mark.usefixtures("judged")
def test_a_file_holds_what_is_approved_and_a_state_shows_it_applied(account, mei):
    pause = a_pause(account, platform="google_ads")
    cut = next(
        life for life in account.recommendations.list(100) if life.action == "cut_bid" and life.platform == "google_ads"
    )
    texts = {"Headline 1": "每天現做", "Final URL": "https://example.com"}
    mark_states(account, [_state(pause, traits=texts), _state(cut)], AS_OF, "export")
    for life in (pause, cut):
        account.recommendations.take(life.id, *_steps("auto_approved"))
    made = bulk_file(mei, "google_ads", today())
    (row,) = csv.DictReader(io.StringIO(made.content))
    assert (row["Status"], row["Headline 1"], row["Campaign"]) == (
        "Paused",
        "每天現做",
        pause.stored.document["en"]["names"]["campaign"],
    )
    assert [(life.id, why.id) for life, why in made.by_hand] == [(cut.id, "api.bulk.no_value")]
    assert account.recommendations.read(pause.id).state == "exported"
    assert bulk_file(mei, "google_ads", today()).content == made.content
    seen = mark_states(account, [_state(pause, status="paused", traits=texts)], today(), "export")
    assert seen.applied == (pause.stored.short_id,)
    life = account.recommendations.read(pause.id)
    assert (life.state, life.steps[-1].source) == ("applied", "state")
    assert bulk_file(mei, "google_ads", today()).content is None


@pytest.mark.usefixtures("judged")
def test_a_state_from_before_the_approval_shows_nothing(account):
    pause = a_pause(account)
    mark_states(account, [_state(pause, status="paused")], AS_OF - timedelta(days=9), "export")
    account.recommendations.take(pause.id, *_steps("auto_approved"))
    assert mark_states(account, [_state(pause, status="paused")], AS_OF, "export").applied == ()
    assert account.recommendations.read(pause.id).state == "auto_approved"


@pytest.mark.usefixtures("judged")
def test_a_platform_without_a_file_is_done_by_hand_and_marked(account, web):
    life = a_pause(account, platform="line")
    web("POST", f"recommendations/{life.id}/decision", verdict="approved")
    told = web("POST", "bulk-edits", platform="line")
    assert (told["content"], told["written"], [one["id"] for one in told["by_hand"]]) == (None, [], [life.id])
    assert "手動" in told["help"]
    assert web("POST", f"recommendations/{life.id}/applied", on=today().isoformat())["steps"][-1]["source"] == "person"


def test_a_value_that_was_changed_since_goes_into_no_file(account, mei):
    said = run_night(account, AS_OF, dry_run=True).as_dict("en")["recommendations"]
    cuts = (one for one in said if one["action"] == "cut_bid" and one["decision"] == "kept")
    line = next(one for one in cuts if one["platform"] == "google_ads")
    mark_states(account, [_state_of(line, bid=Decimal(20))], AS_OF - timedelta(days=20), "export")
    run_night(account, AS_OF)
    cut = next(life for life in account.recommendations.list(100) if life.entity == line["entity"])
    assert {name: cut.stored.document["en"]["change"][name] for name in ("before", "after")} == {
        "before": "20",
        "after": "18",
    }
    account.recommendations.take(cut.id, *_steps("auto_approved"))
    told = (("25", "rules.action.stale"), ("18", "rules.action.already"), ("20", None))
    for now, reason in told:  # the last alone writes a file, and with that the step that ends this
        account.states.mark([_state(cut, bid=Decimal(now))], AS_OF + timedelta(days=1), "export")
        made = bulk_file(mei, "google_ads", today())
        assert [why.id for _, why in made.by_hand] == ([] if reason is None else [reason])
        assert [life.id for life in made.written] == ([cut.id] if reason is None else [])


@pytest.mark.usefixtures("judged")
def test_more_delivery_waits_while_copy_is_blocked(account, mei, monkeypatch):
    pause = a_pause(account, platform="meta")
    account.recommendations.take(pause.id, *_steps("auto_approved", "applied"))
    undo = propose_undo(mei, pause.id, today())
    account.recommendations.take(undo.id, *_steps("auto_approved"))
    monkeypatch.setattr("api.services.bulk_edits.undecided_blocks", lambda account: 2)
    ((life, why),) = bulk_file(mei, "meta", today()).by_hand
    assert (life.id, why.id) == (undo.id, "api.bulk.blocked_copy")


@pytest.mark.usefixtures("judged")
def test_an_undo_is_a_proposal_of_its_own_and_refused_over_later_work(account, web):
    life = a_pause(account)
    assert web("POST", f"recommendations/{life.id}/undo", 409)["code"] == "api.recommendation.not_applied"
    account.recommendations.take(life.id, *_steps("auto_approved", "applied"))
    mark_states(account, [_state(life, status="removed")], AS_OF, "export")
    assert web("POST", f"recommendations/{life.id}/undo", 409)["code"] == "rules.undo.changed_since"
    mark_states(account, [_state(life, status="paused")], AS_OF + timedelta(days=1), "export")
    undo = web("POST", f"recommendations/{life.id}/undo", 201)
    assert (undo["action"], undo["state"], undo["undoes"]) == ("resume", "open", life.id)
    assert undo["change"] == {
        "field": "status", "before": "paused", "after": "active", "share": None, "verified": True,
    }  # fmt: skip
    assert web("POST", f"recommendations/{life.id}/undo", 201)["id"] == undo["id"]
    web("POST", f"recommendations/{undo['id']}/decision", verdict="approved")
    web("POST", f"recommendations/{undo['id']}/applied")
    assert web("GET", f"recommendations/{life.id}")["state"] == "undone"
    run_night(account, AS_OF + timedelta(days=60))
    assert web("GET", f"recommendations/{undo['id']}")["state"] == "applied"


def test_targets_hold_from_their_day_on_and_reach_the_rules(account):
    set_targets(account, {"meta": 500.0}, {}, AS_OF)
    set_targets(account, {"meta": 900.0}, {}, AS_OF + timedelta(days=5))
    set_targets(account, {"meta": 500.0}, {}, AS_OF + timedelta(days=9))
    seen = [rule_targets(account, AS_OF + timedelta(days=days)).target_cpa for days in (-1, 0, 6, 9)]
    assert seen == [{}, {"meta": 500.0}, {"meta": 900.0}, {"meta": 500.0}]
    learned = _targets_told(run_night(account, AS_OF, dry_run=True), "google_ads")
    assert learned and {one["given"] for one in learned} == {False}
    set_targets(account, {"google_ads": 50.0}, {}, AS_OF)
    told = _targets_told(run_night(account, AS_OF), "google_ads")
    assert told and {(one["given"], one["cpa"]) for one in told} == {(True, 50)}


def _targets_told(night, platform):
    said = night.as_dict("en")["recommendations"]
    return [one["evidence"]["target"] for one in said if one["platform"] == platform and "target" in one["evidence"]]


def test_a_paused_campaign_is_no_longer_judged(account):
    first = run_night(account, AS_OF).as_dict("en")["recommendations"]
    campaign = next(one["names"]["campaign"] for one in first if one["action"] == "pause")
    platform = next(one["platform"] for one in first if one["names"].get("campaign") == campaign)
    mark_states(account, [StateRow(platform, "campaign", campaign, "paused")], AS_OF, "person")
    again = run_night(account, AS_OF).as_dict("en")["recommendations"]
    stopped = [one for one in again if (one["platform"], one["names"].get("campaign")) == (platform, campaign)]
    assert not [one for one in stopped if one["action"] == "pause"]


def test_states_that_say_of_nobody_or_of_tomorrow_are_refused(account, web):
    row = {"platform": "line", "level": "ad", "status": "paused"}
    assert web("POST", "states", 422, states=[row])["code"] == "api.states.nameless"
    later = (today() + timedelta(days=1)).isoformat()
    assert web("POST", "states", 422, states=[row | {"name": "A"}], on=later)["code"] == "api.states.not_yet"


@pytest.mark.usefixtures("judged")
def test_an_alert_is_dealt_with_and_not_approved(account, web):
    alert = next(life for life in account.recommendations.list(100) if life.action == "alert")
    assert web("POST", f"recommendations/{alert.id}/decision", 409, verdict="approved")
    assert web("POST", f"recommendations/{alert.id}/applied", note="已檢查")["state"] == "applied"
    with pytest.raises(ConflictError):
        propose_undo(account, alert.id, today())
