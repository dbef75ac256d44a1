"""Bodies made to be misread, to exhaust or to confuse are refused with a reason, and never an internal error."""

from __future__ import annotations

from api.app import create_app, jobs_of
from engine.settings import Settings

PLAN = '"start": "2026-11-16", "end": "2026-12-13"'
DEEP = 100_000


def _post(client, header, body: bytes | str, path: str = "/v1/proposals"):
    sent = body.encode("utf-8") if isinstance(body, str) else body
    return client.post(path, data=sent, content_type="application/json", headers=header)


BREAKING = [
    "[" * DEEP,
    "[" * DEEP + "]" * DEEP,
    '{"a":' * DEEP + "1" + "}" * DEEP,
    f'{{"budget": {"9" * 10_000}, {PLAN}}}',
    f'{{"budget": 1e999999999, {PLAN}}}',
    f'{{"budget": -1e-999999999, {PLAN}}}',
    f'{{"budget": NaN, {PLAN}}}',
    f'{{"budget": Infinity, {PLAN}}}',
    f'{{"budget": 0x10, {PLAN}}}',
    f'{{"budget": 1, {PLAN}, "minimums": {{"meta": {"9" * 5_000}}}}}',
    f'{{"budget": 1, {PLAN}, "result": "\\u0000"}}',
    f'{{"budget": 1, {PLAN}, "result": "\\ud800"}}',
    f'{{"budget": 1, {PLAN}}}\x00',
    f'\ufeff{{"budget": 1, {PLAN}}}',
    f'{{"budget": 1, {PLAN}}} {{}}',
    f'{{"budget": 1, {PLAN}, "credit": {{"\\u0000": 1}}}}',
    "{" + ",".join(f'"k{number}": 1' for number in range(50_000)) + "}",
    b'{"budget": 1, "result": "\xff\xfe"}',
    b'{"budget": 1, "result": "\xed\xa0\x80"}',
    f'{{"budget": 1, {PLAN}}}'.encode("utf-16"),
]


def test_a_body_made_to_break_the_reader_is_refused(client, key):
    header = key()
    for body in BREAKING:
        answer = _post(client, header, body)
        assert answer.status_code in (400, 422), (body[:40], answer.get_data(as_text=True)[:300])
        assert answer.mimetype == "application/problem+json"
        assert len(answer.get_data()) < 100_000


TWICE = [
    f'{{"budget": 1, "budget": 900000, {PLAN}}}',
    f'{{"budget": 1, "\\u0062udget": 900000, {PLAN}}}',
    f'{{"budget": 1, {PLAN}, "minimums": {{"meta": 1, "meta": 2}}}}',
]


def test_a_name_given_twice_in_an_object_is_refused(client, key):
    header = key()
    for body in TWICE:
        answer = _post(client, header, body)
        assert (answer.status_code, answer.json["code"]) == (400, "api.body.repeated"), body
        assert "budget" not in answer.json["detail"]


def test_a_name_given_once_in_each_of_several_objects_is_taken(client, key):
    rows = '{"rows": [{"text": "牛奶", "product": "food"}, {"text": "牛奶", "product": "food"}]}'
    assert _post(client, key(), rows, "/v1/copy-checks").status_code in (200, 201, 202)


def test_a_form_of_too_many_parts_is_refused(client, key):
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="f{number}"\r\n\r\nx\r\n' for number in range(5_000))
    answer = client.post(
        "/v1/imports",
        data=(parts + "--b--\r\n").encode(),
        content_type="multipart/form-data; boundary=b",
        headers=key(),
    )
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


NO_FORMS = [
    ("multipart/form-data", b"--b\r\n"),
    ("multipart/form-data; boundary=", b"--\r\n"),
    ("multipart/form-data; boundary=b", b"--b"),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: " + b"a" * 100_000 + b"\r\n\r\nx\r\n--b--\r\n"),
    ("multipart/form-data; boundary=" + "b" * 5_000, b"--b\r\n"),
    (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="\0"\r\n\r\nx\r\n--b--\r\n',
    ),
    ("multipart/form-data; charset=utf-7; boundary=b", b"+AGE-"),
]


def test_a_form_that_is_none_is_refused(client, key):
    header = key()
    for kind, body in NO_FORMS:
        answer = client.post("/v1/imports", data=body, content_type=kind, headers=header)
        assert answer.status_code in (400, 413, 422), (kind, body[:40], answer.get_data(as_text=True)[:300])
        assert answer.mimetype == "application/problem+json"


CLIMBING = [
    "/v1/proposals/../../etc/passwd",
    "/v1/proposals/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/v1/proposals/..%5c..%5cwindows",
    "/v1/proposals/%00",
    "/v1/proposals/P-%F0%9F",
    "/v1/runs/%2e%2e",
    "/v1/runs/..%2f..%2fkeys",
    "/v1/proposals/%2e%2e/cue-sheet.xlsx",
    "/v1/proposals/" + "P" * 5_000,
    "/static/../app.py",
    "/static/%2e%2e/%2e%2e/engine/settings.py",
    "/static/..%2fapp.py",
    "//etc/passwd",
    "/problems/../../etc/passwd",
    "/problems/%2e%2e%2fx",
]


def test_a_path_that_climbs_out_finds_nothing(client, key):
    header = key("admin")
    for path in CLIMBING:
        answer = client.get(path, headers=header)
        assert answer.status_code in (400, 404, 422), (path, answer.status_code)
        assert b"root:" not in answer.get_data()
        assert b"import " not in answer.get_data()


def test_a_query_that_is_no_text_is_refused(client, key):
    header = key()
    for path in ("/v1/proposals", "/v1/imports", "/v1/runs"):
        for query in ("after=%00", "after=%ff", "after=P-%F0%9F", "limit=%00", "limit=1&limit=2", "=1", "%00=1"):
            answer = client.get(f"{path}?{query}", headers=header)
            assert answer.status_code in (400, 404, 422), (path, query, answer.status_code)


def test_a_large_body_is_refused_whatever_its_form(store, key):
    app = create_app(store, Settings(max_request_bytes=5_000))
    client, header = app.test_client(), key()
    for path, kind in (
        ("/v1/proposals", "application/json"),
        ("/v1/imports", "multipart/form-data; boundary=b"),
        ("/login", "application/x-www-form-urlencoded"),
        ("/login", "multipart/form-data; boundary=b"),
    ):
        body = b'--b\r\nContent-Disposition: form-data; name="login"\r\n\r\n' + b"a" * 6_000 + b"\r\n--b--\r\n"
        answer = client.post(path, data=body, content_type=kind, headers=header | {"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 413, (path, kind, answer.status_code)
    jobs_of(app).stop(5)
