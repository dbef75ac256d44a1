"""Sessions over HTTP: a new token each time, nobody before the first invitation, margin only for who may see it."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import urlencode

import time_machine

from api.access import COOKIE
from api.cli.serving import first_secret
from engine.settings import settings
from engine.store.login_sessions import PROVED_FOR
from tests.api.conftest import PASSWORD


def _log_in(client, login: str = "mei.lin"):
    return client.post("/login", data={"login": login, "password": PASSWORD})


def test_a_new_log_in_ends_the_session_before_it(app, client, person, store):
    _, mei = person("mei.lin")
    _log_in(client)
    first = client.get_cookie(COOKIE).value
    _log_in(client)
    second = client.get_cookie(COOKIE).value
    assert first != second
    assert store.sessions.read(first) is None
    assert len(store.sessions.of(mei)) == 1
    assert client.get("/").status_code == 200


def test_a_token_holds_32_random_bytes(client, person):
    person("mei.lin")
    tokens = set()
    for _ in range(3):
        _log_in(client)
        tokens.add(client.get_cookie(COOKIE).value)
    assert [len(base64.urlsafe_b64decode(token + "=")) for token in tokens] == [32, 32, 32]


def test_a_key_begins_no_session(client, store):
    key, info = store.keys.create("default", "admin", "test")
    for form in ({"key": key}, {"login": info.prefix, "password": key}, {"login": key, "password": key}):
        answer = client.post("/login", data=form)
        assert answer.status_code == 401
        assert "Set-Cookie" not in answer.headers
    client.set_cookie(COOKIE, key, secure=True)
    assert client.get("/").status_code == 302


def test_there_is_nobody_before_the_first_invitation_is_used(store, client):
    assert not store.people.any()
    shown = first_secret(store)
    again = first_secret(store)
    assert shown and again and shown != again
    form = {"key": shown, "login": "mei.lin", "password": PASSWORD}
    assert client.post("/join", data=form).status_code == 422
    assert client.post("/join", data=form | {"key": again}).status_code == 303
    assert first_secret(store) is None
    assert client.get("/people").status_code == 200


def test_a_password_stays_valid(client, person):
    person("mei.lin")
    with time_machine.travel("2036-01-01T00:00:00+08:00"):
        assert _log_in(client).status_code == 303


def test_a_session_that_rested_or_aged_leads_to_the_login(client, person):
    person("mei.lin")
    with time_machine.travel("2026-12-01T08:00:00+08:00", tick=False) as clock:
        _log_in(client)
        clock.shift(timedelta(minutes=settings().session_idle_minutes - 1))
        assert client.get("/").status_code == 200
        clock.shift(timedelta(minutes=settings().session_idle_minutes + 1))
        assert client.get("/").status_code == 302


def test_only_planners_and_administrators_see_fee_and_margin(filled_dir, client, key, person, plan):
    document = client.post("/v1/proposals", json=plan, headers=key()).json
    sheet = f"/v1/proposals/{document['short_id']}/cue-sheet.xlsx"
    for role, status in (("planner", 200), ("admin", 200), ("reviewer", 403), ("machine", 403)):
        assert client.get(f"{sheet}?internal=true", headers=key(role)).status_code == status, role
        assert client.get(sheet, headers=key(role)).status_code == 200
    person("rui.chen", "reviewer")
    _log_in(client, "rui.chen")
    page = f"/cue-sheet/{document['short_id']}.xlsx"
    assert client.get(page).status_code == 200
    assert client.get(f"{page}?internal=1").status_code == 403


def test_people_and_keys_change_after_the_password_was_given_again(client, person, store):
    person("mei.lin", "admin")
    with time_machine.travel("2026-12-01T08:00:00+08:00", tick=False) as clock:
        _log_in(client)
        assert client.get("/people").status_code == 200
        clock.shift(PROVED_FOR)
        for path, onward in (("/people", "/people"), ("/self", "/self")):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Location"]) == (302, f"/prove?{urlencode({'onward': onward})}")
        for path, form in (("/people/invite", {"role": "admin"}), ("/keys", {"for_whom": "machine"})):
            assert client.post(path, data=form).status_code == 303
        assert len(store.keys.list()) == 0
        assert client.get("/").status_code == 200
        assert client.post("/prove", data={"password": "wrong", "onward": "/people"}).status_code == 401
        assert client.get("/people").status_code == 302
        proved = client.post("/prove", data={"password": PASSWORD, "onward": "//elsewhere.example"})
        assert (proved.status_code, proved.headers["Location"]) == (303, "/self")
        assert client.get("/people").status_code == 200
        assert client.post("/keys", data={"for_whom": "machine"}).status_code == 200


def test_a_person_ends_their_sessions_elsewhere_on_their_page(app, client, person):
    person("mei.lin")
    _log_in(client)
    elsewhere = app.test_client()
    elsewhere.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    _log_in(elsewhere)
    assert "登出其他裝置" in client.get("/self").get_data(as_text=True)
    assert client.post("/self/sessions").status_code == 303
    assert elsewhere.get("/").status_code == 302
    assert "登出其他裝置" not in client.get("/self").get_data(as_text=True)


def test_an_administrator_ends_someone_s_sessions(app, client, person):
    person("an.chen", "admin")
    _, mei = person("mei.lin")
    theirs = app.test_client()
    theirs.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    _log_in(theirs)
    _log_in(client, "an.chen")
    assert client.post(f"/people/{mei}/sessions").status_code == 303
    assert theirs.get("/").status_code == 302
    assert client.get("/people").status_code == 200


def test_whoever_joins_a_second_account_lands_in_it(client, store, person):
    person("mei.lin", account="acme")
    secret, _ = store.account("zenith", "test").members.invite("reviewer")
    joined = client.post("/join", data={"key": secret, "login": "mei.lin", "password": PASSWORD})
    assert joined.status_code == 303
    assert "zenith" in client.get("/self").get_data(as_text=True)


def test_a_join_that_is_refused_keeps_the_key_in_its_field_only(client, store):
    secret, _ = store.account("default", "test").members.invite("planner")
    answer = client.post("/join", data={"key": secret, "login": "mei.lin", "password": "short"})
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count(secret) == 1
    assert answer.headers["Cache-Control"] == "no-store"
