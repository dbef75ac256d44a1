"""Keys and sessions that are forged, cut, over, stopped or of another account are refused, and so at a wrong door."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from api.access import COOKIE
from api.app import create_app
from engine.settings import Settings
from engine.store.tables.base import now
from tests.api.conftest import ACCOUNT, PASSWORD

SECRET = 43


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def refused(client, key: str) -> str:
    """The code with which a key is refused, in words that repeat nothing of it."""
    answer = client.get("/v1/me", headers=bearer(key))
    assert answer.status_code == 401, key
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="adcue"'
    assert key[-SECRET:] not in answer.get_data(as_text=True) or len(key) < SECRET
    return answer.json["code"]


def test_a_key_that_was_put_together_or_cut_is_refused_without_a_hint(client, store):
    one, _ = store.keys.create(ACCOUNT, "planner", "test")
    other, _ = store.keys.create("somebody else", "admin", "test")
    prefix, secret = one[:-SECRET], one[-SECRET:]
    forged = [
        prefix + "A" * SECRET,
        other[:-SECRET] + secret,
        prefix + other[-SECRET:],
        prefix + secret[::-1],
        one[:-1],
        one + "A",
        one[1:],
        one.upper(),
        prefix.rstrip("_"),
        prefix,
        secret,
        "adcue_00000000_" + secret,
        one + "\t" + one,
        one.replace("_", "%5F"),
        "' OR 1=1 --",
        "*",
        "é" * 20,
    ]
    assert {refused(client, key) for key in forged} == {"engine.store.key_refused"}
    assert client.get("/v1/me", headers=bearer(one)).json["account"] == ACCOUNT


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic {key}", "{key}", "Token {key}", "Bearer\t{key}"])
def test_a_header_of_another_form_is_no_key(client, store, header):
    key, _ = store.keys.create(ACCOUNT, "planner", "test")
    answer = client.get("/v1/me", headers={"Authorization": header.format(key=key)})
    assert (answer.status_code, answer.json["code"]) == (401, "api.access.missing")


def test_a_key_in_the_address_or_the_body_is_no_key(client, store):
    key, _ = store.keys.create(ACCOUNT, "planner", "test")
    for path in (f"/v1/me?key={key}", f"/v1/me?access_token={key}"):
        assert client.get(path).status_code == 401
    assert client.post("/v1/nights", json={"key": key}).status_code == 401


def test_a_key_that_was_stopped_or_is_over_stays_so_whenever_it_is_sent_again(client, store):
    stopped, card = store.keys.create(ACCOUNT, "planner", "test")
    short, _ = store.keys.create(ACCOUNT, "planner", "test", timedelta(minutes=5))
    assert {client.get("/v1/me", headers=bearer(key)).status_code for key in (stopped, short)} == {200}
    store.keys.revoke(card.id, "test")
    with time_machine.travel(now() + timedelta(minutes=6), tick=True):
        assert [refused(client, stopped) for _ in range(3)] == ["engine.store.key_revoked"] * 3
        assert [refused(client, short) for _ in range(3)] == ["engine.store.key_over"] * 3
        store.keys.revoke(card.id, "test")
        assert refused(client, stopped) == "engine.store.key_revoked"


def test_a_removed_person_and_all_that_was_theirs_is_out_at_once(client, store, person, person_key):
    header = person_key("mei.lin", "admin")
    other = person_key("a.wu", "admin")
    client.post("/login", data={"login": "mei.lin", "password": PASSWORD})
    cookie = client.get_cookie(COOKIE).value
    assert client.get("/").status_code == 200
    mei = client.get("/v1/me", headers=header).json["person"]
    assert client.delete(f"/v1/people/{mei}", headers=other).status_code in (200, 204)
    assert client.get("/v1/me", headers=header).status_code == 401
    client.set_cookie(COOKIE, cookie)
    assert client.get("/").headers["Location"] == "/login"
    assert client.post("/login", data={"login": "mei.lin", "password": PASSWORD}).status_code == 401
    assert client.get("/v1/me", headers=other).status_code == 200


def test_a_person_whose_role_changed_has_the_new_one_from_the_next_request_on(client, person_key):
    admin, header = person_key("a.wu", "admin"), person_key("mei.lin", "admin")
    mei = client.get("/v1/me", headers=header).json["person"]
    assert client.get("/v1/people", headers=header).status_code == 200
    answer = client.patch(f"/v1/people/{mei}", json={"role": "reviewer"}, headers=admin)
    assert answer.status_code in (200, 204), answer.get_data(as_text=True)
    assert client.get("/v1/people", headers=header).status_code == 403
    assert client.get("/v1/me", headers=header).json["role"] == "reviewer"


def test_ids_of_another_account_are_not_there(client, store, key):
    theirs = store.account("somebody else", "cli")
    kept, run = theirs.put("proposal", {"n": 1}), theirs.runs.ask("night", {})
    _, card = store.keys.create("somebody else", "planner", "test")
    header = key("admin")
    for method, path in [
        ("GET", f"/v1/proposals/{kept.id}"),
        ("GET", f"/v1/proposals/{kept.short_id}"),
        ("GET", f"/v1/proposals/{kept.id}/cue-sheet.xlsx"),
        ("GET", f"/v1/runs/{run.id}"),
        ("GET", f"/v1/runs/{run.short_id}/events"),
        ("DELETE", f"/v1/keys/{card.id}"),
        ("DELETE", f"/v1/keys/{card.prefix}"),
    ]:
        answer = client.open(path, method=method, headers=header)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), (method, path)
    assert theirs.runs.read(run.id).is_open
    assert client.get("/v1/proposals?after=" + kept.id, headers=header).status_code == 404


def test_a_session_opens_no_endpoint_and_a_key_no_page(client, store, person, key):
    person("mei.lin", "admin")
    client.post("/login", data={"login": "mei.lin", "password": PASSWORD})
    cookie = client.get_cookie(COOKIE).value
    assert client.get("/").status_code == 200
    assert client.get("/v1/me").json["code"] == "api.access.missing"
    assert client.get("/v1/me", headers=bearer(cookie)).json["code"] == "engine.store.key_refused"
    client.delete_cookie(COOKIE)
    header = key("admin")
    assert client.get("/", headers=header).headers["Location"] == "/login"
    client.set_cookie(COOKIE, header["Authorization"].removeprefix("Bearer "))
    assert client.get("/").headers["Location"] == "/login"


def test_many_failing_tries_from_an_address_are_slowed_down_and_a_good_key_from_there_goes_on(store, key):
    client = create_app(store, Settings(rate_per_address="5/minute")).test_client()
    header = key()
    answers = [client.get("/v1/me", headers=bearer(f"adcue_{number:08x}_" + "A" * SECRET)) for number in range(8)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 3
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert client.get("/v1/me").status_code == 429
    assert client.get("/").status_code == 429
    assert [client.get("/v1/me", headers=header).status_code for _ in range(8)] == [200] * 8
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/v1/me", environ_overrides=elsewhere).status_code == 401


def test_a_password_is_guessed_no_faster_from_one_address_than_the_limit_says(store, person):
    client = create_app(store, Settings(rate_per_login="3/minute", rate_per_address="50/minute")).test_client()
    person("mei.lin")
    page = {"Sec-Fetch-Site": "same-origin"}
    answers = [
        client.post("/login", data={"login": "mei.lin", "password": f"guess {number}"}, headers=page)
        for number in range(5)
    ]
    assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) >= 1
    right = client.post("/login", data={"login": "mei.lin", "password": PASSWORD}, headers=page)
    assert (right.status_code, "Set-Cookie" in right.headers) == (429, False)
    assert client.post("/login", data={"login": "a.wu", "password": "x"}, headers=page).status_code == 401
