"""The whole contract, fuzzed as every role: only what is declared is answered, what does not fit is refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.transport.wsgi import WSGITransport

from tests.api.everything import ROLES

# What fits the schema may still be refused for what the account holds: an end before the start, a plan decided already.
REFUSED = ["2xx", "401", "403", "404", "409", "422"]
# What works for a tenth of a second and more where a request fits, or makes others do so: boundaries that fit, and all
# but one of the requests at random, are left to the long run.
LONG_WORK = (
    "POST /v1/bulk-edits",
    "POST /v1/copy-checks",
    "GET /v1/copy-checks",
    "GET /v1/morning",
    "POST /v1/nights",
    "POST /v1/proposals",
    "GET /v1/proposals/{proposal_id}/frontier",
    "GET /v1/proposals/{proposal_id}/cue-sheet.xlsx",
)
SOCKET_SETTINGS = ("max_redirects", "verify", "cert", "proxies")


@dataclass(slots=True)
class Tried:
    """What a run came to."""

    operations: set[str] = field(default_factory=set)
    checks: set[str] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def note(self, label: str, recorder: ScenarioRecorder) -> None:
        """Takes in one scenario: every answer, and every check that did not hold."""
        self.operations.add(label)
        for case, interaction in recorder.interactions.items():
            answer = interaction.response
            if answer is None:
                continue
            self.answers[answer.status_code] += 1
            asked = f"{interaction.request.method} {interaction.request.uri} {interaction.request.body!r}"
            for result in recorder.checks.get(case, []):
                self.checks.add(result.name)
                if result.failure_info is not None:
                    found = result.failure_info.failure
                    text = f"{found.title}: {found.message}\n{asked}\n{answer.status_code} {answer.text[:600]}"
                    self.faults.setdefault(f"{label} {result.name} {found.title}", text)


def _config(
    headers: dict[str, str], ids: dict[str, str], examples: int, *, coverage: bool, misfits_only: Sequence[str]
) -> SchemathesisConfig:
    fuzzing = {"generation": {"max-examples": examples}}
    once = {"generation": {"max-examples": 1}}
    misfits = {"coverage": {"enabled": coverage, "generation": {"mode": "negative"}}, "fuzzing": once}
    return SchemathesisConfig.from_dict(
        {
            "seed": 20261116,
            "headers": headers,
            "continue-on-failure": True,
            "generation": {"deterministic": True, "database": "none", "no-shrink": True},
            "phases": {
                "coverage": {"enabled": coverage},
                "fuzzing": fuzzing,
                # Links between operations are not declared: each id is in the list of its kind.
                "stateful": {"enabled": False},
            },
            "operations": [{"include-name": name, "phases": misfits} for name in misfits_only],
            "parameters": {f"path.{name}": value for name, value in ids.items()},
            "checks": {"positive_data_acceptance": {"expected-statuses": REFUSED}},
        }
    )


def _try(app: Any, config: SchemathesisConfig) -> Tried:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config)
    tried = Tried()
    for event in from_schema(schema).execute():
        if isinstance(event, FatalError):
            raise event.exception
        if isinstance(event, NonFatalError):
            tried.faults[f"{event.label} {event.phase}"] = repr(event.value)
        if isinstance(event, ScenarioFinished):
            tried.note(event.label or "", event.recorder)
    return tried


@schemathesis.check
def fields_that_fit_are_not_called_unfit(_ctx: Any, response: Any, case: Any) -> bool | None:
    """Stands in for what REFUSED leaves open: a request that fits the schema is never told that its fields do not."""
    fits = case.meta is not None and case.meta.generation.mode.is_positive
    if fits and response.status_code == 422 and json.loads(response.content)["code"] == "api.fields":
        raise AssertionError("fits the schema, and is refused for its fields")
    return None


@pytest.fixture
def fuzzed(worked, everything, monkeypatch):
    """Tries the contract as a role. The ids it starts with are the account's own."""
    send = WSGITransport.send

    def send_inside(self, case, *, session=None, **kwargs):
        """Without a session the transport hands settings of a socket on to a client inside the process."""
        return send(self, case, session=session, **{k: v for k, v in kwargs.items() if k not in SOCKET_SETTINGS})

    monkeypatch.setattr(WSGITransport, "send", send_inside)

    def fuzz(role: str | None, examples: int, *, coverage: bool, misfits_only: Sequence[str] = ()) -> Tried:
        headers = everything.headers[role] if role else {}
        config = _config(headers, everything.ids, examples, coverage=coverage, misfits_only=misfits_only)
        return _try(worked, config)

    return fuzz


def _holds(tried: Tried, app: Any) -> None:
    print(len(tried.operations), sum(tried.answers.values()), dict(tried.answers), sorted(tried.checks))
    assert not tried.faults, "\n\n".join(f"## {name}\n{text}" for name, text in tried.faults.items())
    assert not [status for status in tried.answers if status >= 500]
    document = app.test_client().get("/openapi.json").json
    every = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert tried.operations == every


@pytest.mark.slow
@pytest.mark.parametrize("role", [*ROLES, None])
def test_no_operation_breaks_or_answers_what_it_does_not_declare(fuzzed, worked, role):
    """Whoever may do most is tried with every boundary of every field, the others with a request or two each."""
    most = role == "admin"
    _holds(fuzzed(role, 3 if most else 1, coverage=most, misfits_only=LONG_WORK), worked)


@pytest.mark.soak
@pytest.mark.parametrize("role", [*ROLES, None])
def test_no_operation_breaks_however_long_it_is_tried(fuzzed, worked, role):
    _holds(fuzzed(role, 60, coverage=True), worked)
