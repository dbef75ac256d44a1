"""Decides whether an answer may leave: it fits the model declared for its status to the letter, or it is a fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Response, current_app, request
from pydantic import BaseModel, ValidationError

from engine.errors import AdcueError
from engine.logs import logger

JSON = "application/json"
MOST_NAMED = 20
_IDENTIFIER = re.compile(r"[a-z_]{1,40}")
_LOG = logger("api")
Declared = Mapping[Any, type[BaseModel] | Mapping[str, Any] | None]


def check_answer(answer: object, declared: Declared) -> object:
    """The answer of a view as it may leave: JSON of the model that ``declared`` has for its status.

    A view gives a plain document, ``(document, status)`` or ``(document, status, headers)``; it is checked strictly
    and written once. What is no JSON (a download, an empty answer) passes where no model is declared for its status.

    Raises:
        AdcueError: ``api.answer.misfit`` for a document that does not fit, or that no model is declared for. The log
            names the fields, never what they hold.
    """
    body, status, headers = _parts(answer)
    model = declared.get(status)
    typed = isinstance(model, type)
    if isinstance(body, Response):
        if body.mimetype != JSON and not typed:
            return answer
        fitted = _fitted(model, status, body.get_data(), raw=True)
        return current_app.response_class(fitted, status, _headers(body, headers), JSON)
    if not typed and not isinstance(body, dict | list):
        return answer
    return current_app.response_class(_fitted(model, status, body, raw=False), status, headers, JSON)


def _parts(answer: object) -> tuple[object, int, Any]:
    """Body, status and headers of what a view gave."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    body, rest = parts[0], parts[1:]
    status = rest[0] if rest and isinstance(rest[0], int) else None
    headers = rest[-1] if rest and not isinstance(rest[-1], int) else None
    if status is None:
        status = body.status_code if isinstance(body, Response) else 200
    return body, int(status), headers


def _headers(response: Response, more: Any) -> Any:
    """The headers of a response that was already made, without those its new body decides."""
    kept = response.headers.copy()
    kept.remove("Content-Length")
    kept.remove("Content-Type")
    kept.update(more or {})
    return kept


def _fitted(model: Any, status: int, body: Any, *, raw: bool) -> str:
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        raise _misfit(status, [{"field": "(body)", "type": "undeclared"}])
    try:
        read = model.model_validate_json(body, strict=True) if raw else model.model_validate(body, strict=True)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        # From None: what pydantic raised carries the document.
        raise _misfit(status, [_named(model, fault["loc"], fault["type"]) for fault in found]) from None
    return read.model_dump_json(exclude_unset=True)


def _misfit(status: int, fields: list[dict[str, str]]) -> AdcueError:
    operation = (request.endpoint or "").removeprefix("v1.")
    _LOG.error("answer_misfit", operation=operation, status=status, count=len(fields), fields=fields[:MOST_NAMED])
    return AdcueError("api.answer.misfit", operation=operation)


def _named(model: type[BaseModel], place: tuple[int | str, ...], kind: str) -> dict[str, str]:
    """A field by its declared names and places in lists; a key of a map is data and is shown as ``*``.

    The name of a field that is not declared is told where it reads like one of ours.
    """
    known = _names(model)
    steps = [str(step) if isinstance(step, int) or step in known else "*" for step in place]
    if kind == "extra_forbidden" and _IDENTIFIER.fullmatch(str(place[-1])):
        steps[-1] = str(place[-1])
    return {"field": ".".join(steps) or "(body)", "type": kind}


@cache
def _names(model: type[BaseModel]) -> frozenset[str]:
    """Every field name that ``model`` and its parts declare."""
    schema = model.model_json_schema(mode="serialization")
    parts = [schema, *schema.get("$defs", {}).values()]
    return frozenset(name for part in parts for name in part.get("properties", {}))
