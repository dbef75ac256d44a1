"""A POST under an Idempotency-Key is done once, at every route that takes one, whatever comes between."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from api.app import jobs_of
from api.dates import today
from engine.errors import StoreError
from engine.settings import settings
from engine.store.states import StateRow
from tests.api.conftest import PLAN
from tests.api.everything import AS_OF, COPY, OWN_RULE, WANTED_STEPS, a_pause
from tests.api.routes import calls

# What an answer shows once; told again it is null.
SECRETS = {"v1.create_key": "key", "v1.create_invitation": "secret"}
OTHER = {"json": {"something": "else"}}
PAUSED = {"platform": "line", "level": "ad", "name": "A", "status": "paused"}
POLICY = {
    "rules": ["spend_no_conv"],
    "max_spend_share": "0.05",
    "max_changes_per_day": 3,
    "valid_until": (today() + timedelta(days=30)).isoformat(),
}


@pytest.fixture
def sends(worked, everything, sample) -> dict[str, Callable[[], dict[str, Any]]]:
    """Endpoint to a fresh request that changes something there."""
    export = min(sample[1].exports, key=lambda path: path.stat().st_size)

    def upload() -> dict[str, Any]:
        return {"data": {"file": (io.BytesIO(export.read_bytes()), export.name), "received": "2026-11-25"}}

    return {
        "v1.create_import": upload,
        "v1.create_proposal": lambda: {"json": PLAN | {"budget": 700000}},
        "v1.decide_proposal": lambda: {"json": {"verdict": "rejected", "note": "太貴"}},
        "v1.create_night": lambda: {"json": {"as_of": "2026-11-17"}},
        "v1.create_copy_check": lambda: {"json": COPY | {"source": "spring.xlsx"}},
        "v1.decide_recommendation": lambda: {"json": {"verdict": "approved", "note": "停"}},
        "v1.mark_recommendation_applied": lambda: {"json": {"note": "在後台停了"}},
        "v1.undo_recommendation": lambda: {"json": {}},
        "v1.create_bulk_edit": lambda: {"json": {"platform": "google_ads"}},
        "v1.mark_states": lambda: {"json": {"states": [PAUSED]}},
        "v1.set_targets": lambda: {"json": {"target_cpa": {"meta": 480}}},
        "v1.set_whole_registry": lambda: {"json": {"accounts": [{"platform": "meta", "monthly_budget": 90000}]}},
        "v1.set_policy": lambda: {"json": POLICY},
        "v1.create_rule": lambda: {
            "json": {"text": OWN_RULE.replace("our_dear", "our_very_dear").replace("900}", "950}")}
        },
        "v1.switch_off_rule": lambda: {"json": {}},
        "v1.cancel_run": dict,
        "v1.create_key": lambda: {"json": {"for_whom": "me", "name": "laptop"}},
        "v1.create_invitation": lambda: {"json": {"role": "reviewer"}},
    }


@pytest.fixture
def account(worked):
    """The account of ``everything``."""
    return worked.extensions["adcue.store"].account("default", "test")


@pytest.fixture
def posts(worked, everything, account) -> list[tuple[str, str]]:
    """Every POST route of /v1 as path and endpoint, with an undecided proposal and a run that waits."""
    admin = everything.headers["admin"]
    listed = worked.test_client().get("/v1/proposals", headers=admin).json["items"]
    undecided = next(one["id"] for one in listed if one["decision"] is None)
    waiting = account.runs.ask("night", {"as_of": "2026-11-18", "dry_run": False})
    ids = everything.ids | {"proposal_id": undecided, "run_id": waiting.id}
    _told_with_texts(account, a_pause(account, "auto_approved"))
    advice = {f"v1.{name}": a_pause(account, *steps).id for name, steps in WANTED_STEPS.items()}
    found = [
        (call.path.replace(ids["recommendation_id"], advice.get(call.endpoint, "")), call.endpoint)
        for call in calls(worked, ids, within="v1.")
        if call.method == "POST"
    ]
    # The run that waits is cancelled before the first request for work wakes who would take it up.
    return sorted(found, key=lambda one: one[1] != "v1.cancel_run")


def _told_with_texts(account, pause) -> None:
    """A state export told the texts by which Google Ads Editor finds the ad, so that a file can hold its pause."""
    document = pause.stored.document["en"]
    names, ids = document["names"], document["ids"]
    row = StateRow(
        platform="google_ads",
        level="ad",
        name=names.get("ad", ""),
        status="active",
        external_id=ids["ad"],
        campaign_name=names["campaign"],
        ad_group_name=names["ad_group"],
        traits={"Headline 1": "每天現做"},
    )
    account.states.mark([row], AS_OF, "export")


def _keyed(header: dict[str, str], key: str) -> dict[str, str]:
    return header | {"Idempotency-Key": key}


def test_the_same_again_is_told_the_same_and_nothing_is_done_twice(worked, everything, account, posts, sends):
    client, admin = worked.test_client(), everything.headers["admin"]
    assert {endpoint for _, endpoint in posts} == set(sends)
    for path, endpoint in posts:
        headers, send = _keyed(admin, f"once-{endpoint}"), sends[endpoint]
        before = account.audit.head().seq
        first = client.post(path, headers=headers, **send())
        assert first.status_code in (200, 201), (endpoint, first.get_data(as_text=True))
        assert "Idempotency-Replayed" not in first.headers
        done = account.audit.head()
        assert done.seq > before, endpoint
        for _ in range(2):
            again = client.post(path, headers=headers, **send())
            assert (again.status_code, again.mimetype) == (first.status_code, first.mimetype), endpoint
            assert again.headers["Idempotency-Replayed"] == "true"
            hidden = {SECRETS[endpoint]: None} if endpoint in SECRETS else {}
            assert again.json == first.json | hidden, endpoint
        assert account.audit.head() == done, endpoint


def test_another_body_under_the_key_is_refused(worked, everything, account, posts, sends):
    client, admin = worked.test_client(), everything.headers["admin"]
    for path, endpoint in posts:
        headers = _keyed(admin, f"other-{endpoint}")
        assert client.post(path, headers=headers, **sends[endpoint]()).status_code < 300, endpoint
        done = account.audit.head()
        told = client.post(path, headers=headers, **OTHER)
        assert (told.status_code, told.json["code"]) == (422, "api.idempotency.other_body"), endpoint
        elsewhere = client.post("/v1/invitations", headers=headers, json={"role": "admin"})
        assert (elsewhere.status_code, elsewhere.json["code"]) == (422, "api.idempotency.other_body"), endpoint
        assert account.audit.head() == done, endpoint


def test_a_file_of_the_same_name_with_other_bytes_is_another_body(worked, everything, sample):
    client, headers = worked.test_client(), _keyed(everything.headers["admin"], "file")
    content = min(sample[1].exports, key=lambda path: path.stat().st_size).read_bytes()

    def send(data: bytes):
        form = {"file": (io.BytesIO(data), "same.csv"), "dry_run": "true"}
        return client.post("/v1/imports", headers=headers, data=form)

    assert send(content).status_code == 200
    assert send(content).headers["Idempotency-Replayed"] == "true"
    assert send(content + b"\n").json["code"] == "api.idempotency.other_body"


def test_while_the_first_is_under_way_the_same_key_waits_its_turn(worked, everything, account, posts, sends):
    admin = everything.headers["admin"]
    for path, endpoint in posts:
        begun, go_on, answers = threading.Event(), threading.Event(), []
        view = worked.view_functions[endpoint]

        def held(*args: Any, view: Any = view, begun: Any = begun, go_on: Any = go_on, **named: Any) -> Any:
            begun.set()
            assert go_on.wait(30)
            return view(*args, **named)

        headers, body = _keyed(admin, f"held-{endpoint}"), sends[endpoint]()
        worked.view_functions[endpoint] = held

        def ask(path: Any = path, headers: Any = headers, body: Any = body, answers: Any = answers) -> None:
            answers.append(worked.test_client().post(path, headers=headers, **body))

        first = threading.Thread(target=ask)
        first.start()
        assert begun.wait(30), endpoint
        told = worked.test_client().post(path, headers=headers, **sends[endpoint]())
        assert (told.status_code, told.json["code"]) == (409, "api.idempotency.running"), endpoint
        assert told.headers["Retry-After"] == "1"
        go_on.set()
        first.join(60)
        worked.view_functions[endpoint] = view
        assert answers[0].status_code in (200, 201), endpoint
        again = worked.test_client().post(path, headers=headers, **sends[endpoint]())
        assert (again.status_code, again.headers["Idempotency-Replayed"]) == (answers[0].status_code, "true")


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256, "tab\tbed", '"', 'a"b'])
def test_a_key_of_another_form_is_refused(worked, everything, account, key):
    before = account.audit.head()
    headers = everything.headers["admin"] | {"Idempotency-Key": key.encode("utf-8").decode("latin-1")}
    told = worked.test_client().post("/v1/invitations", headers=headers, json={"role": "planner"})
    assert (told.status_code, told.json["code"]) == (422, "api.idempotency.key")
    assert account.audit.head() == before


def test_a_quoted_key_is_the_same_key(worked, everything):
    client, admin, body = worked.test_client(), everything.headers["admin"], {"role": "planner"}
    first = client.post("/v1/invitations", headers=_keyed(admin, "quoted"), json=body)
    again = client.post("/v1/invitations", headers=_keyed(admin, '"quoted"'), json=body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json["id"] == first.json["id"]


def test_two_callers_with_the_same_key_do_not_meet(worked, everything):
    client, made = worked.test_client(), []
    for header in (everything.headers["admin"], everything.headers["planner"], everything.other):
        told = client.post("/v1/keys", headers=_keyed(header, "shared"), json={"for_whom": "me"})
        assert told.status_code == 201 and "Idempotency-Replayed" not in told.headers
        made.append(told.json["id"])
    assert len(set(made)) == 3


def test_a_refusal_is_not_kept_so_the_mended_request_may_use_the_key(worked, everything):
    client, headers = worked.test_client(), _keyed(everything.headers["admin"], "mended")
    for unfit, status in (({"role": "king"}, 422), ({}, 422)):
        assert client.post("/v1/invitations", headers=headers, json=unfit).status_code == status
    told = client.post("/v1/invitations", headers=headers, json={"role": "planner"})
    assert told.status_code == 201 and "Idempotency-Replayed" not in told.headers


def test_work_that_failed_was_done_and_is_told_the_same_again(worked, everything, account):
    client, headers = worked.test_client(), _keyed(everything.headers["planner"], "backwards")
    backwards = PLAN | {"start": PLAN["end"], "end": PLAN["start"]}
    first = client.post("/v1/proposals", headers=headers, json=backwards)
    done = account.audit.head()
    again = client.post("/v1/proposals", headers=headers, json=backwards)
    assert (first.status_code, again.status_code) == (422, 422)
    assert first.json == again.json
    assert account.audit.head() == done
    assert client.post("/v1/proposals", headers=headers, json=PLAN).json["code"] == "api.idempotency.other_body"


def test_work_that_the_service_failed_may_be_asked_for_again_under_its_key(worked, everything, account, monkeypatch):
    client, headers = worked.test_client(), _keyed(everything.headers["planner"], "after-the-fault")
    body = PLAN | {"budget": 810000}

    def fail(*_args, **_kwargs):
        raise RuntimeError("gone")

    with monkeypatch.context() as broken:
        broken.setattr("api.jobs.kinds.proposal.make_proposal", fail)
        assert client.post("/v1/proposals", headers=headers, json=body).status_code == 500
        assert client.post("/v1/proposals", headers=headers, json=body).status_code == 500
    mended = client.post("/v1/proposals", headers=headers, json=body)
    assert mended.status_code == 201
    done = account.audit.head()
    again = client.post("/v1/proposals", headers=headers, json=body)
    assert (again.status_code, again.json, again.headers["Idempotency-Replayed"]) == (201, mended.json, "true")
    assert account.audit.head() == done
    assert client.post("/v1/proposals", headers=headers, json=PLAN).json["code"] == "api.idempotency.other_body"


def test_a_process_that_dies_between_act_and_answer_leaves_one_act(
    worked, everything, account, posts, sends, monkeypatch
):
    client, admin = worked.test_client(), everything.headers["admin"]

    def die(*_args: Any, **_named: Any) -> None:
        raise StoreError("engine.store.away", where="adcue", detail="gone")

    for path, endpoint in posts:
        headers, send = _keyed(admin, f"died-{endpoint}"), sends[endpoint]
        with monkeypatch.context() as patch:
            patch.setattr("engine.store.account_work.AccountClaims.answer", die)
            assert client.post(path, headers=headers, **send()).status_code in (200, 201), endpoint
        done = account.audit.head()
        again = client.post(path, headers=headers, **send())
        assert again.status_code in (200, 201, 409), (endpoint, again.get_data(as_text=True))
        other = client.post(path, headers=headers, **OTHER)
        assert other.json["code"] == "api.idempotency.other_body", endpoint
        assert account.audit.head() == done, endpoint


def test_an_answer_that_shows_a_secret_keeps_none(worked, everything, account):
    client, headers = worked.test_client(), _keyed(everything.headers["admin"], "secret")
    key = client.post("/v1/keys", headers=headers, json={"for_whom": "me"}).json["key"]
    assert client.get("/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    jobs_of(worked).stop(10)
    files = [path for path in settings().data_dir.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite3" for path in files)
    # The random part itself may hold an underscore: cut at its last one, what is left can be short enough to lie
    # anywhere.
    secret = key.split("_", 2)[2].encode()
    assert not [path.name for path in files if secret in path.read_bytes()]
