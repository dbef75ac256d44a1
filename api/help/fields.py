"""Decides how the fields of a schema are told: one row a field, nested ones under the path that leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schemas = Mapping[str, Mapping[str, Any]]
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter; ``kind`` is its type with its limits."""

    name: str
    kind: str
    description: str
    required: bool
    default: Any


def fields_of(schema: Mapping[str, Any], schemas: Schemas, prefix: str = "", depth: int = 0) -> tuple[Field, ...]:
    """Every field of an object, its parts behind it to the third level."""
    return tuple(_rows(_followed(schema, schemas), schemas, prefix, depth))


def kind_of(schema: Mapping[str, Any], schemas: Schemas) -> str:
    """``string ≤ 40``, ``integer 1–365``, ``planner | admin``, ``list of object``."""
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(kind_of(one, schemas) for one in schema["anyOf"]))
    schema = _followed(schema, schemas)
    if "enum" in schema or "const" in schema:
        return " | ".join(str(value) for value in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}), schemas)}{_limits(schema, 'Items')}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"map of {kind_of(schema['additionalProperties'], schemas)}"
    if kind == "string":
        return f"{schema.get('format', 'string')}{_limits(schema, 'Length')}"
    return f"{kind}{_limits(schema, 'imum')}"


def _rows(schema: Mapping[str, Any], schemas: Schemas, prefix: str, depth: int) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, told in schema.get("properties", {}).items():
        description, default = told.get("description", ""), told.get("default")
        yield Field(prefix + name, kind_of(told, schemas), description, name in required, default)
        inner, mark = _inside(told, schemas)
        if inner is not None and depth + 1 < DEEPEST:
            yield from _rows(inner, schemas, f"{prefix}{name}{mark}.", depth + 1)


def _inside(told: Mapping[str, Any], schemas: Schemas) -> tuple[Mapping[str, Any] | None, str]:
    """The object a field holds, or a list of which it is; with the mark of a list."""
    for one in told.get("anyOf", [told]):
        found = _followed(one, schemas)
        mark = ""
        if found.get("type") == "array":
            found, mark = _followed(found.get("items", {}), schemas), "[]"
        if "properties" in found:
            return found, mark
    return None, ""


def _followed(schema: Mapping[str, Any], schemas: Schemas) -> Mapping[str, Any]:
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _limits(schema: Mapping[str, Any], of: str) -> str:
    least, most = schema.get(f"min{of}"), schema.get(f"max{of}")
    if least in (None, 0) or (of == "Length" and least == 1):
        return "" if most is None else f" ≤ {most:,}"
    if least < 0.001:
        return f" > 0, ≤ {most:,}"
    return f" ≥ {least:g}" if most is None else f" {least:g}–{most:,}"
