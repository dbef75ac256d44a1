"""Decides which rules apply, and tells the author of a faulty one what to write instead."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.errors import PackError
from engine.messages import Language, Message, render
from engine.packs import load_yaml, package_path
from engine.vocabulary import PackRef
from rules.pack import RulePack

LoadedPack = tuple[RulePack, PackRef]


class RulePackError(PackError):
    """A rule that does not keep to the form; ``details`` name every field and what to write there."""

    def __init__(self, file: str, details: Sequence[Message]) -> None:
        self.details = tuple(details)
        super().__init__("rules.pack.faults", file=file, count=len(details))

    def text(self, language: Language = "zh-TW") -> str:
        """The heading and every fault on its own line."""
        return "\n".join([render(self.message, language), *(render(d, language) for d in self.details)])


def read_pack(data: object, file: str, digest: str | None = None) -> LoadedPack:
    """One rule from loaded YAML. Raises RulePackError with all its faults at once."""
    try:
        pack = RulePack.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise RulePackError(file, [_explain(dict(fault)) for fault in faults]) from error
    stem = Path(file).stem
    if pack.id != stem:
        raise RulePackError(file, [Message("rules.pack.id_is_file", {"field": "id", "id": pack.id, "stem": stem})])
    text = digest or hashlib.sha256(pack.model_dump_json().encode()).hexdigest()
    return pack, PackRef(pack.id, str(pack.version), text)


@cache
def shipped_packs() -> tuple[LoadedPack, ...]:
    """The rules of ``rules/packs``, sorted by file name: the folder is the registry."""
    return load_rules(package_path("rules") / "packs")


def load_rules(folder: Path) -> tuple[LoadedPack, ...]:
    """Every ``*.yaml`` of a folder."""
    return tuple(
        read_pack(load_yaml(path), path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.glob("*.yaml"))
    )


KINDS = {
    "extra_forbidden": "extra",
    "missing": "missing",
    "literal_error": "choice",
    "unknown_metric": "unknown_metric",
    "action_class": "action_class",
    "union_tag_not_found": "condition_shape",
    "union_tag_invalid": "condition_shape",
}
OWN = {
    "level_twice", "exclude_level", "pause_level", "evidence_zero", "evidence_ctr", "right_side", "between_pair",
    "one_number", "between_order", "example_days", "example_flag", "example_pass",
}  # fmt: skip
TAGS = {"all", "any", "not", "test"}


def _explain(fault: Mapping[str, Any]) -> Message:
    place = [str(part) for part in fault["loc"]]
    field = (
        ".".join(p for i, p in enumerate(place) if not (p in TAGS and i and place[i - 1] in ("when", *_digits(place))))
        or "(top)"
    )
    context = {k: str(v) for k, v in (fault.get("ctx") or {}).items()}
    kind = str(fault["type"])
    if kind == "unknown_metric" and context["near"]:
        return Message("rules.pack.unknown_metric_near", {"field": field, **context})
    if kind in KINDS:
        given = {"given": str(fault.get("input"))[:60], "expected": "", **context}
        return Message(f"rules.pack.{KINDS[kind]}", {"field": field, **given})
    if kind in OWN:
        return Message(f"rules.pack.{kind}", {"field": field, **context})
    return Message("rules.pack.other", {"field": field, "detail": str(fault["msg"])})


def _digits(place: Sequence[str]) -> tuple[str, ...]:
    return tuple(part for part in place if part.isdigit())
