"""Decides what holds for every endpoint: strict bodies, no unknown fields or parameters, one shape of error."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Self

from flask import Flask, Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from api.v1.examples import show_examples
from api.v1.strict import Strict, Text
from engine.errors import InputError, NotFoundError

v1 = APIBlueprint("v1", "api.v1", url_prefix="/v1", operation_id_callback=lambda name, **_: name)
# What a view gives: a document that api.v1.answering checks and writes, or a response such as a download.
Document = dict[str, Any]
Answer = Response | Document | tuple[Document, int] | tuple[Document, int, dict[str, str]]
SECURITY: dict[str, Any] = {"key": {"type": "http", "scheme": "bearer"}}


class Body(Strict):
    """A JSON body, checked by the rules of JSON: a date is text in ISO form, ``"1"`` is no number."""

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """The body of the request under way. Raises InputError where it is not JSON."""
        if request.mimetype != "application/json":
            raise InputError("api.body.media_type", expected="application/json")
        if obj is None and request.get_data() != b"null":
            raise InputError("api.body.unreadable")
        return cls.model_validate_json(request.get_data())


class Query(BaseModel):
    """Query parameters: text that must read as what it stands for; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def model_json_schema(cls, *given: Any, **named: Any) -> dict[str, Any]:
        """The schema; the library asks for the plain one with every request, so that is worked out once."""
        return super().model_json_schema(*given, **named) if given or named else _plain_schema(cls)


@cache
def _plain_schema(model: type[Query]) -> dict[str, Any]:
    return super(Query, model).model_json_schema()


class NoQuery(Query):
    """An endpoint that takes no query parameters."""


class Page(Query):
    """How much of a list, and after which id."""

    limit: int = Field(20, ge=1, le=100, description="How many at most, newest first.")
    after: Text | None = Field(None, max_length=80, description="The id of the last one already seen.")


class Problem(BaseModel):
    """RFC 9457 problem details with a stable ``code``."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    type: str = Field(description="Page that explains the code, on this service.")
    title: str
    status: int
    code: str = Field(description="Stable; never translated.")
    detail: str = Field(description="What, where and how to mend it, in the language asked for.")
    errors: list[dict[str, Any]] = Field(description="Each fault with its place.")


def document(app: OpenAPI) -> dict[str, Any]:
    """The OpenAPI document; typed errors are declared as problem+json, which the library cannot say."""
    spec = copy.deepcopy(app.api_doc)
    schemas = spec["components"]["schemas"]
    schemas.pop("ValidationErrorModel", None)
    schemas["Problem"] = Problem.model_json_schema()
    told = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in spec["paths"].items():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            if "description" in operation:
                operation["description"] = operation["description"].removeprefix("<br/>")
            for answer in operation["responses"].values():
                _describe(answer, schemas)
            for parameter in operation.get("parameters", []):
                parameter["schema"] = _without_null(parameter["schema"])
            for form in operation.get("requestBody", {}).get("content", {}):
                if form != "application/json":
                    _drop_nulls(operation["requestBody"]["content"][form]["schema"], schemas)
            operation["responses"]["default"] = {"description": "Problem", "content": told}
            if path != "/v1/health":
                operation["security"] = [{"key": []}]
    # The library lists topics as their modules came to be loaded, which differs from process to process.
    spec["tags"].sort(key=lambda topic: topic["name"])
    show_examples(spec)
    return spec


def _describe(answer: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """An answer is described by its model, where the library has only the words of its status."""
    told = answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    answer["description"] = schemas.get(told.rpartition("/")[2], {}).get("description", answer["description"])


def _drop_nulls(form: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """A form is made of text and files: a field that is not given is left out, never null."""
    named = schemas[form["$ref"].rpartition("/")[2]] if "$ref" in form else form
    for name, field in named["properties"].items():
        named["properties"][name] = _without_null(field)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that cannot be null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == len(schema.get("anyOf", [])):
        return schema
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return kinds[0] | rest if len(kinds) == 1 else {"anyOf": kinds} | rest


def refuse_repeated_queries(app: Flask) -> None:
    """A query parameter that is given twice would be read as one of the two: it is refused. No address has a NUL."""

    @app.before_request
    def check() -> None:
        if "\x00" in request.path:
            raise NotFoundError("api.route.unknown")
        if not request.query_string or not request.path.startswith("/v1/"):
            return
        twice = sorted(name for name, values in request.args.lists() if len(values) > 1)
        if twice:
            raise InputError("api.query.repeated", names=", ".join(name[:40] for name in twice[:5]))
