"""Who may call what: keys, roles, default deny, sessions and foreign pages."""

from __future__ import annotations

import pytest

from api.access import ANYONE, TABLE, refuse_unlisted_routes
from engine.errors import AccessError, InputError
from engine.store.keys import ROLES
from engine.store.roles import PEOPLE
from tests.api.conftest import PASSWORD
from tests.api.routes import calls
from tests.environment import unhurried

CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture(autouse=True)
def asked_often(monkeypatch):
    """A matrix asks often."""
    unhurried(monkeypatch)


@pytest.fixture
def session_of(app, store, person):
    """A client with a session of its own for a role, begun beside the login page."""

    def come_in(role: str):
        _, person_id = person(f"{role}.chen", role)
        client = app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        client.set_cookie("__Host-adcue", store.sessions.begin(person_id, store.account("default", "test").tenant))
        return client

    return come_in


def test_default_deny(app):
    app.add_url_rule("/v1/forgotten", "v1.forgotten", lambda: "open")
    with pytest.raises(AccessError, match="forgotten"):
        refuse_unlisted_routes(app)


def test_every_row_of_the_table_is_a_route(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(TABLE)


def test_without_a_key_nothing_but_health_answers(app, client):
    for call in calls(app, within="v1."):
        answer = client.open(call.path, method=call.method)
        assert answer.status_code == (200 if TABLE[call.endpoint] is ANYONE else 401), call


def test_without_a_session_every_page_but_the_open_ones_leads_to_the_login(app, client):
    for call in calls(app, within="console."):
        if call.endpoint == "console.log_out":
            continue  # it leads to the login in any case
        answer = client.open(call.path, method=call.method)
        seen = 302 if call.method in {"GET", "HEAD", "OPTIONS"} else 303
        to_login = (answer.status_code, answer.headers.get("Location")) == (seen, "/login")
        assert to_login is (TABLE[call.endpoint] is not ANYONE), (call, answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_role_matrix(app, client, key, role):
    header = key(role)
    for call in calls(app, within="v1."):
        if call.method == "OPTIONS":  # told once for all methods of an address: it shows their names only
            continue
        allowed = TABLE[call.endpoint] is ANYONE or role in TABLE[call.endpoint]
        answer = client.open(call.path, method=call.method, headers=header)
        assert (answer.status_code == 403) is not allowed, (role, call, answer.status_code)
        assert answer.status_code != 401 and answer.status_code < 500, (role, call, answer.status_code)


@pytest.mark.parametrize("role", PEOPLE)
def test_role_matrix_of_the_pages(app, session_of, role):
    client = session_of(role)
    guarded = [
        call
        for call in calls(app, within="console.")
        if TABLE[call.endpoint] is not ANYONE and call.method != "OPTIONS"
    ]
    assert guarded
    for call in guarded:
        answer = client.open(call.path, method=call.method)
        assert (answer.status_code == 403) is (role not in TABLE[call.endpoint]), (role, call, answer.status_code)
        assert answer.headers.get("Location") != "/login" and answer.status_code < 500, (role, call)


@pytest.mark.parametrize("role", [*ROLES, None])
def test_what_is_open_needs_nothing_and_shows_no_account(app, client, key, filled_dir, role):
    header = key(role) if role else {}
    free = [call for call in calls(app) if TABLE[call.endpoint] is ANYONE and not call.endpoint.startswith("console.")]
    for call in free:
        with client.open(call.path, method=call.method, headers=header) as answer:
            assert answer.status_code == 200, (call, answer.status_code)
            assert "P-" not in answer.headers.get("Location", "")


def test_a_wrong_or_revoked_key_is_refused(client, store):
    key, info = store.keys.create("default", "planner", "test")
    assert client.get("/v1/imports", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.get("/v1/imports", headers={"Authorization": f"Bearer {key}x"}).status_code == 401
    assert client.get("/v1/imports", headers={"Authorization": f"Basic {key}"}).status_code == 401
    store.keys.revoke(info.id, "test")
    answer = client.get("/v1/imports", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_does_what_its_person_may_do_now_and_ends_with_them(client, store, person_key):
    header = person_key("mei.lin", "admin")
    members = store.account("default", "test").members
    (one,) = members.list()
    person_key("bo.wang", "admin")
    assert client.get("/v1/people", headers=header).status_code == 200
    members.change_role(one.id, "reviewer")
    assert client.get("/v1/people", headers=header).status_code == 403
    members.remove(one.id)
    assert client.get("/v1/me", headers=header).status_code == 401


def test_a_person_stops_their_own_key_and_no_other(client, store, person_key):
    own, others = person_key("mei.lin"), person_key("bo.wang")
    mine, theirs = (info.id for info in store.account("default", "test").keys.list())
    assert client.delete(f"/v1/keys/{theirs}", headers=own).status_code == 403
    assert client.get("/v1/me", headers=others).status_code == 200
    assert client.delete(f"/v1/keys/{mine}", headers=own).status_code == 204
    assert client.get("/v1/me", headers=own).status_code == 401
    assert client.delete("/v1/keys/adcue_00000000", headers=others).status_code == 404


def test_a_key_sees_its_own_account_only(client, key, store, filled_dir):
    assert client.get("/v1/imports", headers=key(account="somebody else")).json["items"] == []
    assert client.get("/v1/imports", headers=key()).json["items"]


def test_the_console_asks_for_a_session(client):
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    partial = client.post("/copy", headers={"HX-Request": "true"})
    assert (partial.status_code, partial.headers["HX-Redirect"]) == (401, "/login")


@pytest.mark.parametrize("base", ["http://localhost", "https://localhost"])
def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, person, base):
    login, _ = person("mei.lin")
    answer = client.post("/login", data={"login": login, "password": PASSWORD}, base_url=base)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-adcue=")
    parts = {part.strip() for part in cookie.split(";")}
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Secure"} <= parts
    assert not any(part.startswith("Domain") for part in parts)
    assert PASSWORD not in cookie and login not in cookie


def test_logging_out_ends_the_session(logged_in):
    client = logged_in()
    token = client.get_cookie("__Host-adcue").value
    assert client.get("/").status_code == 200
    assert client.post("/logout").status_code == 303
    assert client.get("/").status_code == 302
    client.set_cookie("__Host-adcue", token)
    assert client.get("/").status_code == 302


def test_a_session_ends_with_its_membership(logged_in, store, person):
    client = logged_in()
    members = store.account("default", "test").members
    assert client.get("/").status_code == 200
    members.remove(members.list()[0].id)
    assert client.get("/").status_code == 302


def test_a_wrong_name_and_a_wrong_password_are_told_alike(client, person):
    login, _ = person("mei.lin")
    told = [
        client.post("/login", data={"login": name, "password": word})
        for name, word in ((login, "wrong word over the sea"), ("nobody.here", PASSWORD), ("", ""))
    ]
    assert {answer.status_code for answer in told} == {401}
    assert len({answer.get_data() for answer in told}) == 1
    assert not any("Set-Cookie" in answer.headers for answer in told)


def test_every_changing_page_refuses_a_foreign_one(app, session_of):
    client = session_of("admin")
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    changing = [call for call in calls(app, within="console.") if call.method in CHANGES]
    assert len(changing) > 10
    for call in changing:
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "https://elsewhere.example"},
            {"Origin": "http://localhost:8080"},
            {"Origin": "null"},
            {},
        ):
            answer = client.open(call.path, method=call.method, headers=headers)
            assert answer.status_code == 403, (call, headers)
    assert client.get("/").status_code == 200


def test_a_browser_without_fetch_headers_is_known_by_its_origin(session_of):
    client = session_of("planner")
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    sent = {"text": "新鮮牛奶", "product": "food"}
    assert client.post("/copy", data=sent, headers={"Origin": "http://localhost"}).status_code == 200


def test_a_machine_has_no_page(client, key, store):
    assert client.get("/", headers=key("machine")).headers["Location"] == "/login"
    with pytest.raises(InputError, match="machine"):
        store.account("default", "test").members.invite("machine")


def test_every_answer_carries_the_strict_policy(client):
    for path in ("/login", "/v1/health", "/nothing", "/static/console.css", "/docs", "/problems"):
        with client.get(path) as answer:
            headers = answer.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
