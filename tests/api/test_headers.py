"""What every answer tells browsers, and that nobody but a proxy of ours tells where a request came from."""

from __future__ import annotations

import pytest

from api.app import create_app
from engine.settings import Settings

OPEN = ("/login", "/v1/health", "/openapi.json", "/static/console.css", "/nothing", "/v1/imports")
FORGED = {
    "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.example",
    "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9;proto=https;host=elsewhere.example",
}  # fmt: skip


@pytest.mark.parametrize("path", OPEN)
def test_https_is_asked_for_a_year(client, path):
    with client.get(path, base_url="https://localhost") as answer:
        told = answer.headers["Strict-Transport-Security"]
    assert "includeSubDomains" in told
    assert int(told.partition("max-age=")[2].partition(";")[0]) >= 31_536_000
    with client.get(path, base_url="http://localhost") as answer:
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", OPEN)
def test_the_policy_names_what_it_forbids(client, path):
    with client.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
    rules = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    for closed in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert rules[closed] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert "*" not in policy and "http:" not in policy and "unsafe" not in policy


def _seen(store, proxies: int, headers: dict[str, str], host: str = "localhost") -> tuple[str | None, bool, str]:
    """Address, security and host of a request as the views of an application behind ``proxies`` see it."""
    app = create_app(store, Settings(trusted_proxies=proxies))
    seen = []

    @app.before_request
    def look() -> None:
        from flask import request

        seen.append((request.remote_addr, request.is_secure, request.host))

    app.test_client().get("/v1/health", headers=headers, base_url=f"http://{host}")
    return seen[0]


def test_a_forged_forwarded_header_changes_nothing(store):
    assert _seen(store, 0, FORGED) == _seen(store, 0, {}) == ("127.0.0.1", False, "localhost")


def test_of_several_addresses_the_one_our_proxy_saw_counts(store):
    chain = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https"}
    assert _seen(store, 1, chain) == ("198.51.100.7", True, "localhost")


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost.elsewhere.example", "127.0.0.1.elsewhere.example"])
def test_under_the_name_of_another_host_nothing_is_served(client, host):
    for path in ("/login", "/v1/health"):
        answer = client.get(path, base_url=f"http://{host}")
        assert answer.status_code == 400
        assert "Set-Cookie" not in answer.headers


def test_logging_out_clears_the_browser(logged_in):
    answer = logged_in().post("/logout")
    kinds = {kind.strip() for kind in answer.headers["Clear-Site-Data"].split(",")}
    assert {'"cache"', '"storage"'} <= kinds
    assert "no-store" in answer.headers["Cache-Control"]
    assert "__Host-adcue=;" in answer.headers["Set-Cookie"]
