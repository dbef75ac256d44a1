"""Decides what a worked example is: a request that tests send as it stands, and what matters of its answer.

One YAML file a topic: operation -> example. The pages show them, and the OpenAPI document carries them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.errors import PackError
from engine.packs import load_yaml


class Example(BaseModel):
    """One request and the fields of its answer that a reader should see; the answer has more."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: Literal["planner", "reviewer", "admin", "machine"] | None = Field(description="Who asks; null without a key.")
    path: dict[str, str] = Field(default_factory=dict, description="Values in the address.")
    query: dict[str, str | int | bool] = Field(default_factory=dict, description="Query parameters.")
    headers: dict[str, str] = Field(default_factory=dict, description="Headers beside the key.")
    body: dict[str, Any] | None = Field(None, description="JSON body.")
    form: dict[str, str] | None = Field(None, description="Form fields; @name is a file.")
    status: int = Field(description="HTTP status of the answer.")
    media: str = Field("application/json", description="Media type of the answer; empty where there is no body.")
    answer: dict[str, Any] | None = Field(None, description="Fields of a JSON answer.")


@cache
def examples() -> dict[str, Example]:
    """Every example by its operation. Raises PackError where an operation has two."""
    found: dict[str, Example] = {}
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        for operation, given in load_yaml(path).items():
            if operation in found:
                raise PackError("engine.pack.schema", file=path.name, field=operation, detail="is in two files")
            found[operation] = Example.model_validate(given)
    return found


class Scenario(BaseModel):
    """One more way to ask an operation, and the fields of its answer that tell it from others."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    summary: str = Field(description="What is asked for.")
    body: dict[str, Any] = Field(description="JSON body.")
    answer: dict[str, Any] = Field(description="Fields of the JSON answer.")


@cache
def proposal_scenarios() -> dict[str, Scenario]:
    """Every scenario of ``create_proposal`` by name."""
    given = load_yaml(Path(__file__).parent / "scenarios" / "proposals.yaml")
    return {name: Scenario.model_validate(one) for name, one in given.items()}


def show_examples(spec: dict[str, Any]) -> None:
    """Writes the examples into an OpenAPI document: requests in their places, answers as ``x-answer``.

    An answer is shown by some of its fields only, which is no instance of its schema.
    """
    for operations in spec["paths"].values():
        for operation in operations.values():
            example = examples().get(operation["operationId"])
            if example is None:
                continue
            for parameter in operation.get("parameters", []):
                given = example.path if parameter["in"] == "path" else example.query
                if parameter["name"] in given:
                    parameter["example"] = given[parameter["name"]]
            if example.body is not None:
                operation["requestBody"]["content"]["application/json"]["example"] = example.body
            if operation["operationId"] == "create_proposal":
                shown = {
                    name: {"summary": one.summary, "value": one.body} for name, one in proposal_scenarios().items()
                }
                operation["x-scenarios"] = shown
            operation["x-answer"] = {"status": example.status, "media": example.media, "fields": example.answer}
