"""Decides how a plan file is read: YAML or JSON with the fields of ``POST /v1/proposals``, money as people write it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from api.services.plan_request import ProposalRequest
from api.values import read_fraction, read_money
from engine.errors import InputError
from engine.messages import Language

MOST_BYTES = 1_000_000
_PERCENT = re.compile(r"^[0-9]+(\.[0-9]+)?\s*[%％]$", re.ASCII)
_MONEY = re.compile(r"^(NT\$|[$＄])?\s*[0-9][0-9,]*(\.[0-9]+)?\s*(萬|千|[kKmM])?\s*元?$", re.ASCII)
# What stands under these names is a name itself, also where it reads like a number.
_NAMED = {
    "name", "channel", "channels", "over", "under", "held", "then", "result", "goal", "currency", "source", "platform",
    "account_id",
}  # fmt: skip


class _Once(yaml.SafeLoader):
    """YAML in which no name stands twice in one place, and nothing stands for something else."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.composer.ComposerError(None, None, "an alias", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        if len({str(name) for name in names}) != len(names):
            raise yaml.constructor.ConstructorError(None, None, "a name given twice", node.start_mark)
        return super().construct_mapping(node, deep)


def read_plan(path: Path, option: str = "--plan") -> dict[str, Any]:
    """The fields of a plan file, not yet checked. Raises InputError naming ``option`` or the file and the line."""
    given = small_file(path, option)
    try:
        read = _Once(given).get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None) or "?"
        raise InputError(
            "api.plan.unreadable", file=path.name, line=mark.line + 1 if mark else 1, detail=detail
        ) from error
    if not isinstance(read, Mapping):
        raise InputError("api.plan.not_fields", file=path.name)
    return {str(name): plain_value(value, str(name)) for name, value in read.items()}


def small_file(path: Path, option: str) -> bytes:
    """The bytes of a file written by hand. Raises InputError naming ``option`` or the file: not there, or too large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("api.plan.too_large", file=path.name, limit=MOST_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise InputError("api.value.no_file", option=option, file=str(path)) from error


def checked_request(fields: Mapping[str, Any], language: Language, file: str = "") -> ProposalRequest:
    """The request of the fields. Raises FieldFaults with every field that does not fit, and ``file`` before it."""
    from api.field_faults import field_faults
    from api.v1.plan_fields import PlanFields, request_of

    try:
        return request_of(PlanFields.model_validate_json(json.dumps(fields, default=str)))
    except ValidationError as error:
        raise field_faults(error, language, file) from None


def plain_value(value: Any, name: str) -> Any:
    """The value of field ``name`` as JSON has it: days as text, ``300萬`` and ``40%`` as numbers."""
    if isinstance(value, Mapping):
        return {str(key): plain_value(part, name if name in _NAMED else str(key)) for key, part in value.items()}
    if isinstance(value, list):
        return [plain_value(part, name) for part in value]
    if isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str) or name in _NAMED:
        return value
    if _PERCENT.match(value):
        return str(read_fraction(value, name, most=None).normalize() + Decimal(0))
    sign, size = ("-", value[1:]) if value.startswith("-") else ("", value)
    return sign + format(read_money(size, name), "f") if _MONEY.match(size) else value
