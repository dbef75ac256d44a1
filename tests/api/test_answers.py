"""Every success answer of ``/v1`` is typed, and one that does not fit to the letter never leaves."""

from __future__ import annotations

import copy
import io
import json
import shutil
from functools import reduce
from typing import Any, get_args

import pytest
from flask import Response
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from api.v1.account_rules import EntityBody
from api.v1.answering import check_answer
from api.v1.answers import lives, parts, recommendations
from api.v1.answers.channel_plans import ChannelPlan
from api.v1.answers.copy_checks import Certainty, CopyCheck, Verdict
from api.v1.answers.health import Health
from api.v1.answers.imports import Grain, ImportOutcome, ImportPage
from api.v1.answers.nights import Night, NightPage, NightTrial, RuleJudgement
from api.v1.answers.proposals import Proposal, ProposalPage
from api.v1.answers.recommendations import Condition, MetricValue, Peers
from compliance import findings
from engine import vocabulary
from engine.errors import AdcueError
from engine.ingest.entities import GRAINS
from engine.messages import sentence_ids
from engine.store import states, steps
from optimizer.curves.curve_set import Basis
from rules import actions, candidates, condition_form, pack
from rules.peer_members import SETS
from rules.resolve import Resolver

AS_OF = "2026-11-16"
COPY = [
    {"row_id": "a", "text": "這款果汁三天治好糖尿病", "product": "food"},
    {"text": "電話 0912-345-678，抗老回春", "product": "cosmetic", "facts": {"licence_no": "無"}},
    {"text": "每天早上現做", "product": "tobacco"},
]


def _ask(client, header, plan, sample) -> dict[str, tuple[type[BaseModel], Any]]:
    """One of each answer, as the client got it, beside its model."""
    exported = sample[1].exports[0]

    def sent(dry_run: str) -> Any:
        form = {"file": (io.BytesIO(exported.read_bytes()), exported.name), "received": AS_OF}
        return client.post("/v1/imports", data=form | {"dry_run": dry_run}, headers=header)

    limits = {"minimums": {}, "share_caps": {"meta/OUTCOME_SALES": 0.3}, "credit": {"meta": 0.5}, "result": "clicks"}
    made: dict[str, tuple[type[BaseModel], Any]] = {
        "health": (Health, client.get("/v1/health")),
        "dry import": (ImportOutcome, sent("true")),
        "import again": (ImportOutcome, sent("false")),
        "imports": (ImportPage, client.get("/v1/imports", headers=header)),
        "proposal": (Proposal, client.post("/v1/proposals", json=plan, headers=header)),
        "limits": (Proposal, client.post("/v1/proposals", json=plan | limits, headers=header)),
        "dry night": (NightTrial, client.post("/v1/nights", json={"as_of": AS_OF, "dry_run": True}, headers=header)),
        "night": (Night, client.post("/v1/nights", json={"as_of": AS_OF}, headers=header)),
        "old night": (Night, client.post("/v1/nights", json={"as_of": "2026-08-25"}, headers=header)),
        "nights": (NightPage, client.get("/v1/nights", headers=header)),
        "proposals": (ProposalPage, client.get("/v1/proposals", headers=header)),
        "copy": (CopyCheck, client.post("/v1/copy-checks", json={"rows": COPY, "on": "2024-05-01"}, headers=header)),
    }
    for name, (_, answer) in made.items():
        assert answer.status_code in (200, 201), (name, answer.get_data(as_text=True))
    return made


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_every_answer_fits_its_model_to_the_letter(filled_dir, client, key, plan, sample, language):
    inbox = filled_dir / "inbox" / "default"
    (inbox / "copy").mkdir(parents=True)
    shutil.copy(sample[1].exports[0], inbox)
    (inbox / "unknown.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (inbox / "copy" / "ads.jsonl").write_text(json.dumps(COPY[0], ensure_ascii=False), encoding="utf-8")
    made = _ask(client, key() | {"Accept-Language": language}, plan, sample)
    for name, (model, answer) in made.items():
        assert answer.mimetype == "application/json", name
        fits = model.model_validate(answer.json, strict=True)
        assert json.loads(fits.model_dump_json(exclude_unset=True)) == answer.json, name
    night = made["night"][1].json
    assert {file["status"] for file in night["files"]} == {"imported", "refused"}  # received on its day
    assert night["recommendations"] and night["reallocation"] and night["screenings"]


def test_every_success_of_the_document_has_a_schema_that_says_something(client):
    document = client.get("/openapi.json").json
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            done = {s: answer for s, answer in operation["responses"].items() if s.startswith("2") and s != "204"}
            assert done or "204" in operation["responses"], path
            for status, answer in done.items():
                for media, content in answer["content"].items():
                    if media != "application/json":
                        continue
                    named = schemas[content["schema"]["$ref"].rpartition("/")[2]]
                    assert named["properties"] and named["additionalProperties"] is False, (path, status)


def test_every_field_of_an_answer_says_what_it_holds():
    mute = [
        f"{model.__name__}.{name}"
        for model in _parts(parts.Part)
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert not mute


def _parts(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [one for child in model.__subclasses__() for one in (child, *_parts(child))]


def _places(document: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document, the first of each list only."""
    if not isinstance(document, dict | list):
        return [place]
    inner = document.items() if isinstance(document, dict) else enumerate(document[:1])
    return [place, *(found for step, value in inner for found in _places(value, (*place, step)))]


def _holder(document: Any, place: tuple[Any, ...]) -> Any:
    """What holds the value at ``place``."""
    return reduce(lambda inside, step: inside[step], place[:-1], document)


@pytest.fixture(scope="module")
def screened() -> dict[str, Any]:
    """A document of every kind of value, as the use case gives it."""
    return {
        "id": "0" * 64, "short_id": "S-000000", "kind": "screening", "created_at": "2026-11-16T01:02:03.000004+00:00",
        "source": "", "on": None, "counts": {"block": 1, "review": 0, "pass": 0},
        "rows": [{
            "text": "secret", "row_id": "1", "product": "food", "verdict": "block", "remarks": ["x"],
            "findings": [{
                "source": "rule", "code": "food.disease", "span": [0, 4], "law": None, "article": "28",
                "paragraph": None, "severity": "block", "message": "m", "suggestion": "s", "certainty": "verified",
                "caveats": [], "also": [],
            }],
        }],
    }  # fmt: skip


@given(data=st.data())
def test_a_wrong_type_an_unknown_field_and_a_missing_one_are_refused(screened, data):
    CopyCheck.model_validate(screened, strict=True)
    place = data.draw(st.sampled_from([place for place in _places(screened) if place]))
    broken = copy.deepcopy(screened)
    holder = _holder(broken, place)
    value = holder[place[-1]]
    kinds = ["wrong", "unknown", "missing"] if isinstance(holder, dict) else ["wrong"]
    kind = data.draw(st.sampled_from(kinds))
    if kind == "wrong":
        wrong = [b"bytes", 1.5, True, {"a": 1}, [[]], float("nan"), str(value) if isinstance(value, int) else 7]
        holder[place[-1]] = data.draw(st.sampled_from(wrong))
        assume(holder[place[-1]] is not value)
    elif kind == "unknown":
        holder["surprise"] = value
    else:
        del holder[place[-1]]
    with pytest.raises(ValidationError):
        CopyCheck.model_validate(broken, strict=True)


def _refused(answer, captured: str, operation: str) -> list[dict[str, str]]:
    told = answer.get_data(as_text=True)
    assert (answer.status_code, answer.json["code"]) == (500, "api.answer.misfit"), told
    assert answer.mimetype == "application/problem+json"
    lines = [json.loads(line) for line in captured.splitlines() if line.startswith("{")]
    (line,) = (one for one in lines if one["event"] == "answer_misfit")
    assert line["operation"] == operation
    assert "secret" not in told + captured
    return line["fields"]


@pytest.mark.parametrize(
    ("change", "field", "kind"),
    [
        (lambda d: d["rows"][0].update(verdict="secret"), "rows.0.verdict", "literal_error"),
        (lambda d: d["rows"][0]["findings"][0]["span"].append(9), "rows.0.findings.0.span", "too_long"),
        (lambda d: d["counts"].update(block="1"), "counts.block", "int_type"),
        (lambda d: d["counts"].update(block=None), "counts.block", "int_type"),
        (lambda d: d["counts"].update({"pass": 1.0}), "counts.pass", "int_type"),
        (lambda d: d.update(surprise="secret"), "surprise", "extra_forbidden"),
        (lambda d: d.update({"secret 王小明": 1}), "*", "extra_forbidden"),
        (lambda d: d.pop("on"), "on", "missing"),
        (lambda d: d.update(created_at="secret"), "created_at", "string_pattern_mismatch"),
    ],
)
def test_an_answer_that_does_not_fit_is_a_fault_of_ours_and_tells_no_value(
    client, key, monkeypatch, capfd, screened, change, field, kind
):
    document = copy.deepcopy(screened)
    change(document)
    monkeypatch.setattr("api.jobs.outcome.told", lambda *_: document)
    answer = client.post("/v1/copy-checks", json={"rows": COPY}, headers=key())
    assert _refused(answer, capfd.readouterr().err, "create_copy_check") == [{"field": field, "type": kind}]


def test_a_key_of_a_map_is_data_and_not_told(client, key, monkeypatch, capfd):
    row = {"summary": {"mapping": {"secret": 5}}}
    monkeypatch.setattr("api.v1.imports.stored_import", lambda _: row)
    monkeypatch.setattr("engine.store.account.AccountStore.page_imports", lambda *_: [None])
    fields = _refused(client.get("/v1/imports", headers=key()), capfd.readouterr().err, "list_imports")
    assert {"field": "items.0.summary.mapping.*", "type": "string_type"} in fields


@pytest.mark.parametrize(
    "answer",
    [
        ({"status": "secret"}, 202),
        {"status": "secret"},
        ([], 200),
        Response('{"status": "secret"}', 200, mimetype="application/json"),
        Response('{"status": "secret"}', 201, mimetype="application/json"),
        (Response("{", 201, mimetype="application/json"), 201),
        Response("secret", 201, mimetype="text/plain"),
        ("secret", 201),
    ],
)
def test_nothing_leaves_under_a_status_that_declares_another_answer(app, capfd, answer):
    with app.test_request_context("/v1/copy-checks", method="POST"), pytest.raises(AdcueError) as raised:
        check_answer(answer, {201: Health})
    assert raised.value.code == "api.answer.misfit"
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    assert "secret" not in capfd.readouterr().err


def test_an_answer_keeps_its_status_and_headers(app):
    with app.test_request_context("/v1/health"):
        body = {"code": "a", "text": "b"}
        plain = check_answer((body, 201, {"Location": "/there"}), {201: parts.Notice})
        made = Response(json.dumps(body), 201, {"Location": "/there"}, mimetype="application/json")
        for answer in (plain, check_answer(made, {201: parts.Notice})):
            assert (answer.status_code, answer.headers["Location"]) == (201, "/there")
            assert answer.get_data() == b'{"code":"a","text":"b"}'
            assert answer.headers.getlist("Content-Type") == ["application/json"]
            assert answer.headers.getlist("Content-Length") == ["23"]
        download = Response(b"PK", 200, mimetype="application/zip")
        assert check_answer(download, {200: {"description": "A file."}}) is download
        assert check_answer(("", 204), {204: None}) == ("", 204)


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_number_leaves_as_the_kind_of_number_it_was(number):
    told = json.loads(MetricValue.model_validate({"metric": "m", "value": number}).model_dump_json())["value"]
    assert (type(told), told) == (type(number), number)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), True, "1", b"1"])
def test_what_is_no_number_of_json_is_refused(number):
    with pytest.raises(ValidationError):
        MetricValue.model_validate({"metric": "m", "value": number})


def test_pages_lead_from_one_to_the_next_and_end(client, key):
    header = key("admin")
    days = ["2026-11-16", "2026-11-17", "2026-11-18"]
    made = [client.post("/v1/nights", json={"as_of": day}, headers=header).json["id"] for day in days]
    assert len(set(made)) == 3
    seen, after = [], ""
    while after is not None:
        query = {"limit": 2} | ({"after": after} if after else {})
        told = client.get("/v1/nights", query_string=query, headers=header).json
        seen.append([one["id"] for one in told["items"]])
        after = told["next"]
    assert seen == [made[:0:-1], made[:1]]
    whole = client.get("/v1/nights", query_string={"limit": 3}, headers=header).json
    assert (len(whole["items"]), whole["next"]) == (3, None)


def test_closed_lists_are_those_of_the_program():
    told = {name.removeprefix("trail.") for name in sentence_ids("rules") if name.startswith("trail.")}
    assert set(get_args(recommendations.Because)) == {name for name in told if not name.startswith("flagged_")}
    assert set(get_args(recommendations.Action)) == set(get_args(actions.ActionType))
    assert set(get_args(recommendations.Decision)) == set(get_args(candidates.Verdict))
    assert set(get_args(lives.State)) == {steps.OPEN, *steps.STEPS}
    assert get_args(lives.StepTaken.model_fields["source"].annotation) == get_args(steps.Source)
    assert get_args(recommendations.Change.model_fields["field"].annotation) == get_args(actions.Field)
    assert get_args(EntityBody.model_fields["status"].annotation) == get_args(states.Status)
    assert set(get_args(Condition.model_fields["op"].annotation)) == set(get_args(condition_form.Operator))
    assert set(get_args(Verdict)) == set(findings.Verdict)
    assert set(get_args(Certainty)) == set(vocabulary.Certainty)
    assert set(get_args(parts.Level)) == set(vocabulary.Level)
    assert set(get_args(parts.Severity)) == set(vocabulary.Severity)
    assert set(get_args(Grain)) == {"account", *GRAINS}
    methods = get_args(pack.Evidence.model_fields["method"].annotation)
    assert get_args(recommendations.Evidence.model_fields["method"].annotation) == methods
    assert get_args(Peers.model_fields["set"].annotation) == SETS
    assert get_args(RuleJudgement.model_fields["resolver"].annotation) == get_args(Resolver)
    assert get_args(ChannelPlan.model_fields["basis"].annotation) == get_args(Basis)
