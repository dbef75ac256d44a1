"""The explaining pages: every code has one, every operation is on one, and nothing comes from elsewhere."""

from __future__ import annotations

import json
import re

import pytest

from api.access import TABLE
from api.app import create_app, jobs_of
from api.help.fields import fields_of, kind_of
from api.help.problem_pages import codes, explained
from api.problems import problem
from api.v1.examples import examples
from engine.errors import AdcueError
from engine.messages import LANGUAGES
from engine.settings import Settings
from scripts.write_codes import TARGET, written


def test_the_list_of_codes_is_what_the_program_raises():
    assert TARGET.read_text(encoding="utf-8") == written(), "errors were added or taken away: make docs"


@pytest.fixture
def patient(store):
    """A client that may read every page at once."""
    app = create_app(store, Settings(rate_per_address="10000/minute"))
    yield app.test_client()
    jobs_of(app).stop(10)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_page_that_says_what_to_do(patient, language):
    client = patient
    advice = set()
    for code in codes():
        told = explained(code, language)
        answer = client.get(f"/problems/{code}?lang={language}")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200, code
        assert f"<code>{code}</code>" in text and str(told.status) in text and told.title in text
        assert "{" not in "".join(piece for piece, _ in told.sentence), code
        example = json.loads(told.example)
        assert set(example) == {"type", "title", "status", "code", "detail", "errors"}
        assert (example["type"], example["status"]) == (f"/problems/{code}", told.status)
        advice.add(told.advice)
    assert len(advice) > 12


def test_a_page_tells_the_status_that_is_answered():
    for code, kind in codes().items():
        if kind.__init__ is not AdcueError.__init__:
            continue
        told = explained(code, "en")
        values = {name.split("[")[0].split(".")[0]: 1 for name, is_value in told.sentence if is_value}
        assert problem(kind(code, **values), "en")["status"] == told.status, code


def test_the_type_of_a_problem_is_the_address_of_its_page(client, key):
    asked = [
        client.get("/v1/imports"),
        client.get("/v1/nothing", headers=key()),
        client.delete("/v1/imports", headers=key()),
        client.get("/v1/proposals?limit=0", headers=key()),
        client.get("/v1/acts", headers=key()),
        client.post("/v1/nights", data="x", content_type="text/plain", headers=key()),
    ]
    assert len({answer.json["type"] for answer in asked}) == len(asked)
    for answer in asked:
        page = client.get(answer.json["type"])
        assert page.status_code == 200
        assert answer.json["code"] in page.get_data(as_text=True)


@pytest.mark.parametrize("code", ["api.nothing", "engine", "..", "api.help.docs.title", "%3Cscript%3E", "a" * 500])
def test_an_unknown_code_is_not_found(client, code):
    answer = client.get(f"/problems/{code}")
    assert answer.status_code == 404
    assert "<script>" not in answer.get_data(as_text=True).replace(
        '<script src="/static/vendor/htmx.min.js" defer>', ""
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_problems_leads_to_every_page(client, language):
    text = client.get(f"/problems?lang={language}").get_data(as_text=True)
    assert set(re.findall(r'href="/problems/([\w.]+)\?lang=', text)) == set(codes())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_is_told_with_its_roles_fields_and_example(client, language):
    text = client.get(f"/docs?lang={language}").get_data(as_text=True)
    document = client.get("/openapi.json").json
    articles = dict(re.findall(r'<article class="op" id="(\w+)">(.*?)</article>', text, re.DOTALL))
    told = {one["operationId"]: (path, one) for path, all_ in document["paths"].items() for one in all_.values()}
    assert set(articles) == set(told) == set(examples())
    for name, article in articles.items():
        path, operation = told[name]
        assert path in article and operation["summary"] in article.replace("&#39;", "'")
        assert set(re.findall(r'<span class="tag">(\w+)</span>', article)) == set(TABLE[f"v1.{name}"])
        for parameter in operation.get("parameters", []):
            assert f"<code>{parameter['name']}</code>" in article
        assert "curl " in article
        for status in (status for status in operation["responses"] if status.startswith("2")):
            assert f">{status}</span>" in article
    assert "Idempotency-Key" in text and "If-None-Match" in text and "Prefer: wait=" in text
    assert "600/minute" in text and "50,000,000" in text


@pytest.mark.parametrize("path", ["/docs", "/problems", "/problems/api.access.role", "/problems/nothing"])
def test_the_pages_keep_to_the_policy_and_need_nothing_from_elsewhere(client, path):
    text = client.get(path).get_data(as_text=True)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", text)
    assert not re.search(r'(?:href|src|action)="(?:https?:)?//', text)
    for place in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text)):
        with client.get(place) as answer:
            assert answer.status_code == 200, place


def test_a_command_can_be_pasted_into_a_shell(client):
    text = client.get("/docs?lang=en").get_data(as_text=True)
    command = re.search(r"<pre>(curl &#34;\$ADCUE/v1/copy-checks&#34;.*?)</pre>", text, re.DOTALL)
    assert command is not None
    assert "-d &#39;{" in command[1] and command[1].count(" \\\n") == 3


def test_a_field_is_told_with_its_limits():
    schemas = {
        "Role": {"enum": ["planner", "admin"], "type": "string"},
        "Row": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "maxLength": 9}}},
    }
    assert kind_of({"type": "integer", "minimum": 1, "maximum": 365}, schemas) == "integer 1–365"
    assert kind_of({"type": "number", "minimum": 1e-6, "maximum": 1000}, schemas) == "number > 0, ≤ 1,000"
    assert kind_of({"$ref": "#/components/schemas/Role"}, schemas) == "planner | admin"
    assert kind_of({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, schemas) == "date | null"
    assert kind_of({"type": "object", "additionalProperties": {"type": "number"}}, schemas) == "map of number"
    listed = {"type": "object", "properties": {"rows": {"type": "array", "items": {"$ref": "#/x/Row"}, "maxItems": 5}}}
    assert [(f.name, f.kind, f.required) for f in fields_of(listed, schemas)] == [
        ("rows", "list of object ≤ 5", False),
        ("rows[].text", "string ≤ 9", True),
    ]
