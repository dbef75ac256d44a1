"""Who may call what: keys, roles, default deny, sessions and foreign pages."""

from __future__ import annotations

import pytest

from api.access import ANYONE, TABLE, refuse_unlisted_routes
from engine.errors import AccessError
from engine.store.keys import ROLES

V1 = [(rule, roles) for rule, roles in TABLE.items() if rule.startswith("v1.")]


def _calls(app):
    """Every method of every /v1 route with its endpoint."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("v1."):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, rule.rule.replace("<proposal_id>", "P-000000"), rule.endpoint


def test_default_deny(app):
    app.add_url_rule("/v1/forgotten", "v1.forgotten", lambda: "open")
    with pytest.raises(AccessError, match="forgotten"):
        refuse_unlisted_routes(app)


def test_every_row_of_the_table_is_a_route(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(TABLE)


def test_without_a_key_nothing_but_health_answers(app, client):
    for method, path, endpoint in _calls(app):
        answer = client.open(path, method=method)
        expected = 200 if TABLE[endpoint] is ANYONE else 401
        assert answer.status_code == expected, (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_role_matrix(app, client, key, role):
    header = key(role)
    for method, path, endpoint in _calls(app):
        allowed = TABLE[endpoint] is ANYONE or role in TABLE[endpoint]
        answer = client.open(path, method=method, headers=header)
        assert (answer.status_code == 403) is not allowed, (role, method, path, answer.status_code)


def test_a_wrong_or_revoked_key_is_refused(client, store):
    key, info = store.keys.create("default", "planner", "test")
    assert client.get("/v1/imports", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.get("/v1/imports", headers={"Authorization": f"Bearer {key}x"}).status_code == 401
    assert client.get("/v1/imports", headers={"Authorization": f"Basic {key}"}).status_code == 401
    store.keys.revoke(info.id, "test")
    answer = client.get("/v1/imports", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_sees_its_own_account_only(client, key, store, filled_dir):
    assert client.get("/v1/imports", headers=key(account="somebody else")).json["items"] == []
    assert client.get("/v1/imports", headers=key()).json["items"]


def test_the_console_asks_for_a_session(client):
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    partial = client.post("/copy", headers={"HX-Request": "true"})
    assert (partial.status_code, partial.headers["HX-Redirect"]) == (401, "/login")


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, store):
    key, _ = store.keys.create("default", "planner", "test")
    cookie = client.post("/login", data={"key": key}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert key not in cookie
    secure = client.post("/login", data={"key": key}, base_url="https://localhost").headers["Set-Cookie"]
    assert secure.startswith("__Host-adcue=") and "Secure" in secure


def test_logging_out_ends_the_session(logged_in):
    client = logged_in()
    assert client.get("/").status_code == 200
    assert client.post("/logout").status_code == 303
    assert client.get("/").status_code == 302


def test_a_session_ends_with_its_key(client, store):
    key, info = store.keys.create("default", "planner", "test")
    client.post("/login", data={"key": key})
    assert client.get("/").status_code == 200
    store.keys.revoke(info.id, "test")
    assert client.get("/").status_code == 302


def test_a_wrong_key_does_not_log_in(client):
    answer = client.post("/login", data={"key": "adcue_00000000_nothing"})
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_a_foreign_page_is_refused(logged_in, headers):
    answer = logged_in().post("/copy", data={"text": "新鮮牛奶", "product": "food"}, headers=headers)
    assert answer.status_code == 403


def test_a_reviewer_may_not_plan_on_the_page(logged_in):
    answer = logged_in("reviewer").post("/propose", data={"budget": "1"})
    assert answer.status_code == 403


def test_a_machine_has_no_page(logged_in):
    assert logged_in("machine").get("/").status_code == 403


def test_every_answer_carries_the_strict_policy(client):
    for path in ("/login", "/v1/health", "/nothing", "/static/console.css"):
        with client.get(path) as answer:
            headers = answer.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
