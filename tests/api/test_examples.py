"""Every operation has a worked example, and each of them is sent as it stands and answered as it says."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from api.v1.examples import Example, examples, proposal_scenarios
from tests.api.everything import WANTED_STEPS, a_pause

# What is another one each time is held to its form.
FORMS = [
    r"[PNSRJ]-[0-9a-f]{6,}", r"[0-9a-f]{64}", r"(person|key|proposal|run):[0-9a-f]{64}", r"adcue_[0-9a-f]{8}",
    r"adcue_[0-9a-f]{8}_[\w-]{43}", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", r"/v1/[a-z-]+/[0-9a-f]{64}",
]  # fmt: skip


def _fits(shown: Any, real: Any, place: str = "") -> None:
    """Asserts that every field shown is in the real answer with that value, or that form."""
    if isinstance(shown, dict):
        assert isinstance(real, dict) and set(shown) <= set(real), (place, shown, real)
        for name, value in shown.items():
            _fits(value, real[name], f"{place}.{name}")
    elif isinstance(shown, list) and shown:
        assert isinstance(real, list) and len(real) >= len(shown), (place, shown, real)
        for number, value in enumerate(shown):
            _fits(value, real[number], f"{place}.{number}")
    elif isinstance(shown, str) and (form := next((form for form in FORMS if re.fullmatch(form, shown)), None)):
        assert isinstance(real, str) and re.fullmatch(form, real), (place, shown, real)
    elif isinstance(shown, float):
        assert real == pytest.approx(shown, rel=0.01), place
    else:
        assert type(shown) is type(real) and shown == real, (place, shown, real)


def _ids(app: Any, everything: Any, operation: str) -> dict[str, str]:
    """The ids an operation takes in the sample account, of what is in the state it wants."""
    account = app.extensions["adcue.store"].account("default", "test")
    ids = everything.short_ids | {"person_id": everything.people["yu.hsu"]}
    if operation == "cancel_run":
        ids["run_id"] = account.runs.ask("night", {"as_of": "2026-11-18", "dry_run": False}).short_id
    if operation == "decide_proposal":
        stored = account.list("proposal")
        decided = account.decisions("proposal", stored)
        ids["proposal_id"] = next(one.short_id for one in stored if one.id not in decided)
    if operation in WANTED_STEPS:
        ids["recommendation_id"] = a_pause(account, *WANTED_STEPS[operation]).stored.short_id
    return ids


def _operations(app: Any) -> dict[str, tuple[str, str]]:
    paths = app.test_client().get("/openapi.json").json["paths"]
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_every_operation_has_an_example_and_no_example_is_left_over(worked):
    assert set(examples()) == set(_operations(worked))


@pytest.mark.parametrize("operation", sorted(examples()))
def test_an_example_is_answered_as_it_says(worked, everything, sample, operation):
    example: Example = examples()[operation]
    method, path = _operations(worked)[operation]
    assert set(re.findall(r"{(\w+)}", path)) == set(example.path)
    path = path.format(**_ids(worked, everything, operation))
    headers = (everything.headers[example.role] if example.role else {}) | {"Accept-Language": "en"} | example.headers
    form = None
    if example.form is not None:
        files = {one.name: one for one in sample[1].exports}
        form = {
            name: (io.BytesIO(files[value[1:]].read_bytes()), value[1:]) if value.startswith("@") else value
            for name, value in example.form.items()
        }
    query = {name: str(value) for name, value in example.query.items()}
    answer = worked.test_client().open(
        path, method=method, query_string=query, headers=headers, json=example.body, data=form
    )
    assert answer.status_code == example.status, answer.get_data(as_text=True)
    if not example.media:
        assert answer.get_data() == b""
        return
    assert answer.mimetype == example.media
    assert (example.answer is not None) is (example.media == "application/json")
    if example.answer is not None:
        _fits(example.answer, answer.json)


@pytest.mark.parametrize("name", sorted(proposal_scenarios()))
def test_a_scenario_is_answered_as_it_says(worked, everything, name):
    scenario = proposal_scenarios()[name]
    headers = everything.headers["planner"] | {"Prefer": "wait=60"}
    answer = worked.test_client().post("/v1/proposals", json=scenario.body, headers=headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    _fits(scenario.answer, answer.json)
    told = answer.json
    assert {"change", "what_would_change", "proof", "package_spend"} <= set(told)
    assert 0 <= told["gap"] <= 0.01 and told["allocated"] <= told["budget"] + 1
    if told["unspent"] > told["budget"] / 100:
        assert any(one["code"].startswith("optimizer.unspent.") for one in told["warnings"])


def test_the_document_carries_the_examples(worked):
    paths = worked.test_client().get("/openapi.json").json["paths"]
    proposal = paths["/v1/proposals"]["post"]
    assert proposal["requestBody"]["content"]["application/json"]["example"] == examples()["create_proposal"].body
    assert proposal["x-answer"]["fields"]["currency"] == "TWD"
    assert proposal["x-scenarios"]["on_top"]["value"]["on_top"] == 200000
    (parameter,) = paths["/v1/nights/{night_id}"]["get"]["parameters"]
    assert parameter["example"].startswith("N-")
