"""What no answer gives away: sources, folders, versions, headers for other sites, methods nobody asked for."""

from __future__ import annotations

import pytest
from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.http.errors import ParseException

OPEN = ("/login", "/v1/health", "/openapi.json", "/static/console.css", "/nothing")


@pytest.mark.parametrize("path", [*OPEN, "/", "/v1/imports"])
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND"])
def test_methods_nobody_offers_are_refused(client, method, path):
    answer = client.open(path, method=method, headers={"Authorization": "Bearer kept-to-itself"})
    assert answer.status_code in {404, 405}
    assert "kept-to-itself" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config", "/.git/HEAD", "/static/.git/config", "/static/", "/static", "/static/vendor/",
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%5capp.py", "/static//etc/passwd", "/api/app.py",
        "/static/../messages/service.yaml", "/templates/home.html", "/data/adcue.sqlite3", "/requirements.lock",
    ],
)  # fmt: skip
def test_no_folder_is_listed_and_no_source_is_served(client, path):
    answer = client.get(path)
    assert answer.status_code in {302, 308, 404, 405}
    text = answer.get_data(as_text=True)
    assert "import " not in text and "root:" not in text and "Index of" not in text


@pytest.mark.parametrize("path", OPEN)
def test_every_answer_says_what_it_is(client, path):
    with client.get(path) as answer:
        kind = answer.headers["Content-Type"]
    if kind.startswith("text/"):
        assert "charset=utf-8" in kind
    else:
        assert kind.split(";")[0] in {"application/json", "application/problem+json"}
        answer.get_data().decode("utf-8")


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://localhost"])
def test_no_answer_is_opened_to_another_origin(client, path, origin):
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for method in ("GET", "OPTIONS"):
        with client.open(path, method=method, headers=asked) as answer:
            assert not [name for name in answer.headers.keys() if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", OPEN)
def test_no_answer_names_a_version(client, path):
    with client.get(path) as answer:
        headers = str(answer.headers).lower()
    assert "x-powered-by" not in headers and "python" not in headers and "werkzeug" not in headers


def test_health_says_no_more_than_that_it_answers_and_how_many_nights_stand_how(client):
    told = client.get("/v1/health").json
    assert (told.pop("status"), sorted(told)) == ("ok", ["nights"])
    assert told["nights"].pop("due") and set(told["nights"].values()) == {0}


@pytest.mark.parametrize("path", [*OPEN, "/", "/v1/imports"])
def test_every_answer_keeps_its_address_frame_and_window_to_itself(client, path):
    with client.get(path) as answer:
        headers = answer.headers
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = [part.strip() for part in headers["Content-Security-Policy"].split(";")]
    assert {"frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)


@pytest.mark.parametrize(
    "path", ["/login", "/v1/health", "/openapi.json", "/nothing", "/v1/nothing", "/v1/imports", "/"]
)
def test_answers_with_data_are_kept_by_no_cache(client, path):
    assert "no-store" in client.get(path).headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/v1/health", "/v1/imports", "/v1/nothing", "/openapi.json"])
def test_endpoints_never_send_a_client_elsewhere(client, path):
    answer = client.get(path, headers={"X-Forwarded-Proto": "http"}, base_url="http://adcue.example")
    assert answer.status_code < 300 or answer.status_code >= 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: +4",
        "Content-Length : 4",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "X-Folded: a\r\n b",
    ],
)
def test_a_message_whose_end_could_be_read_two_ways_is_refused(lines):
    """By the server that `adcue serve` runs, in the settings it is left in."""
    sent = f"POST /v1/imports HTTP/1.1\r\nHost: adcue\r\n{lines}\r\n\r\n0\r\n\r\n".encode()
    with pytest.raises((ParseException, NotImplementedError)):
        next(RequestParser(Config(), iter([sent]), ("192.0.2.1", 1)))
