"""What no answer gives away: sources, folders, versions, headers for other sites, methods nobody asked for."""

from __future__ import annotations

import pytest

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


def test_health_says_no_more_than_that_it_answers(client):
    assert client.get("/v1/health").json == {"status": "ok"}
