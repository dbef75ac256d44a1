"""Decides what is told of each operation: all of it read off the OpenAPI document, the role table and the examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.access import TABLE
from api.help.commands import command, shown_answer
from api.help.fields import Field, Schemas, fields_of, kind_of
from api.v1.examples import examples

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One success: its status, what it is, and its fields where it is JSON."""

    status: str
    description: str
    media: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address; ``roles`` is empty where no key is needed."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    roles: tuple[str, ...]
    parameters: tuple[Field, ...]
    media: str
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]
    command: str
    answer: str
    status: int


def described(spec: dict[str, Any]) -> list[tuple[str, list[Operation]]]:
    """Every operation under its topic, topics by name, operations in the order of the document."""
    schemas: Schemas = spec["components"]["schemas"]
    topics: dict[str, list[Operation]] = {}
    for path, methods in spec["paths"].items():
        for method, told in methods.items():
            topics.setdefault(told["tags"][0], []).append(_operation(path, method, told, schemas))
    return sorted(topics.items())


def _operation(path: str, method: str, told: dict[str, Any], schemas: Schemas) -> Operation:
    name = told["operationId"]
    example = examples()[name]
    media, body = _content(told.get("requestBody", {}))
    return Operation(
        name=name,
        method=method,
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        roles=tuple(sorted(TABLE[f"v1.{name}"])),
        parameters=tuple(_parameter(one, schemas) for one in told.get("parameters", [])),
        media=media,
        body=fields_of(body["schema"], schemas) if body else (),
        answers=tuple(_answer(status, one, schemas) for status, one in told["responses"].items() if status[0] == "2"),
        command=command(method, path, example),
        answer=shown_answer(example),
        status=example.status,
    )


def _parameter(told: dict[str, Any], schemas: Schemas) -> Field:
    schema = told["schema"]
    description = told.get("description") or schema.get("description", "")
    return Field(told["name"], kind_of(schema, schemas), description, told["required"], schema.get("default"))


def _answer(status: str, told: dict[str, Any], schemas: Schemas) -> Answer:
    media, content = _content(told)
    fields = fields_of(content["schema"], schemas) if media == JSON else ()
    return Answer(status, told["description"], media, fields)


def _content(told: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The one media type of a body or an answer; nothing where there is none."""
    content: dict[str, dict[str, Any]] = told.get("content", {})
    return next(iter(content.items()), ("", {}))
