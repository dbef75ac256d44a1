"""Decides how YAML packs are read: data only, checked by a pydantic model, named by their content hash."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from engine.errors import PackError
from engine.vocabulary import PackRef

Model = TypeVar("Model", bound=BaseModel)


def package_path(package: str) -> Path:
    """The folder of an installed package."""
    return Path(str(files(package)))


def load_yaml(path: Path) -> Any:
    """The data of one YAML file. Raises PackError with the line when it is not valid YAML."""
    try:
        return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        detail = getattr(error, "problem", None) or "unreadable"
        raise PackError("engine.pack.unreadable", file=path.name, line=line, detail=str(detail)) from error


def load_pack(path: Path, model: type[Model]) -> tuple[Model, PackRef]:
    """One pack checked against ``model``, with its reference. Raises PackError naming file and field."""
    data = load_yaml(path)
    try:
        pack = model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "(top)"
        raise PackError("engine.pack.schema", file=path.name, field=where, detail=first["msg"]) from error
    version = str(data.get("version", "1")) if isinstance(data, dict) else "1"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return pack, PackRef(path.stem, version, digest)


def load_packs(folder: Path, model: type[Model]) -> dict[str, tuple[Model, PackRef]]:
    """Every ``*.yaml`` of a folder by stem, sorted by name: the folder listing is the registry."""
    return {path.stem: load_pack(path, model) for path in sorted(folder.glob("*.yaml"))}
