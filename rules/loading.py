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
from rules.rule_texts import read_text
from rules.sense import sense_faults, size_faults

LoadedPack = tuple[RulePack, PackRef]
UNNAMED = "rule.yaml"  # what a rule is called whose id cannot be read
HARMLESS = {"metric": "impressions", "op": ">", "value": 0}  # stands in for a condition too large to be read


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
    faults = size_faults(data.get("when")) if isinstance(data, dict) else []
    checked = {**data, "when": HARMLESS, "evidence": {}} if isinstance(data, dict) and faults else data
    pack: RulePack | None = None
    try:
        pack = RulePack.model_validate(checked)
    except ValidationError as error:
        faults += _explain_all([dict(fault) for fault in error.errors(include_url=False)])
    if isinstance(checked, dict):
        faults += sense_faults(checked)
    stem = Path(file).stem
    if pack is not None and pack.id != stem:
        faults.append(Message("rules.pack.id_is_file", {"field": "id", "id": pack.id, "stem": stem}))
    if pack is None or faults:
        raise RulePackError(file, _once_each(faults))
    text = digest or hashlib.sha256(pack.model_dump_json().encode()).hexdigest()
    return pack, PackRef(pack.id, str(pack.version), text)


def read_rule(text: str) -> LoadedPack:
    """One rule of a planner's own from its YAML text, named by its own id. Raises RulePackError with all its faults."""
    data, faults = read_text(text)
    if faults:
        raise RulePackError(UNNAMED, faults)
    own = data.get("id") if isinstance(data, dict) else None
    return read_pack(data, f"{own}.yaml" if isinstance(own, str) and own.isidentifier() else UNNAMED)


def _once_each(faults: Sequence[Message]) -> list[Message]:
    """The first fault of every field: a field that breaks the form is not told a second time."""
    told: dict[object, Message] = {}
    for fault in faults:
        told.setdefault(fault.values["field"], fault)
    return list(told.values())


def awake(loaded: LoadedPack) -> LoadedPack:
    """The rule as it judges when it is on: one that is off is taken to propose."""
    pack, ref = loaded
    return (pack if pack.mode != "off" else pack.model_copy(update={"mode": "propose"}), ref)


@cache
def shipped_packs() -> tuple[LoadedPack, ...]:
    """The rules of ``rules/packs``, sorted by file name: the folder is the registry."""
    return load_rules(package_path("rules") / "packs")


@cache
def shipped_by_id() -> Mapping[str, LoadedPack]:
    """The same by the id of the rule."""
    return {loaded[0].id: loaded for loaded in shipped_packs()}


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
    "action_class": "action_class",
    "union_tag_not_found": "condition_shape",
    "union_tag_invalid": "condition_shape",
    "model_type": "condition_shape",
    "greater_than_equal": "at_least",
    "greater_than": "above",
    "less_than_equal": "at_most",
    "less_than": "below",
    "too_short": "empty",
    "string_too_short": "empty",
    "string_type": "text",
    "string_pattern_mismatch": "name",
}
OWN = {
    "level_twice", "exclude_level", "pause_level", "evidence_zero", "evidence_ctr", "evidence_cpa",
    "evidence_ratio", "right_side", "between_pair",
    "one_number", "between_order", "example_days", "example_flag", "example_pass", "action_amount", "action_cap",
    "holdout_alert", "holdout_least",
}  # fmt: skip
NUMBER = ("int_", "float_", "finite_", "tuple_")
LIMITS = ("ge", "gt", "le", "lt")


def _place(loc: Sequence[int | str]) -> str:
    """The path as the author wrote it, without the names pydantic gives to the shapes it tried."""
    parts = [str(part) for part in loc]
    kept = []
    for at, part in enumerate(parts):
        following = parts[at + 1] if at + 1 < len(parts) else None
        if part == "test" or (part in ("all", "any", "not") and following == part):
            continue
        if part == "float" or part.startswith(("tuple[", "function-")):
            continue
        kept.append(part)
    return ".".join(kept) or "(top)"


def _explain_all(faults: Sequence[Mapping[str, Any]]) -> list[Message]:
    """One sentence per field; an emptied list whose members were faulty is no fault of its own."""
    places = [_place(fault["loc"]) for fault in faults]
    told: dict[str, Message] = {}
    for place, fault in zip(places, faults, strict=True):
        if fault["type"] == "too_short" and any(other.startswith(place + ".") for other in places):
            continue
        told.setdefault(place, _explain(place, fault))
    return list(told.values())


def _explain(field: str, fault: Mapping[str, Any]) -> Message:
    context = {k: str(v) for k, v in (fault.get("ctx") or {}).items()}
    if "expected" in context:  # joined in English, and told in any language
        context["expected"] = context["expected"].replace(" or ", ", ")
    kind, given = str(fault["type"]), str(fault.get("input"))[:60]
    if kind == "unknown_metric":
        name = "unknown_metric_near" if context["near"] else "unknown_metric"
        return Message(f"rules.pack.{name}", {"field": field, **context})
    if kind in KINDS:
        limit = next((context[name] for name in LIMITS if name in context), "")
        return Message(f"rules.pack.{KINDS[kind]}", {"field": field, "given": given, "limit": limit, **context})
    if kind in OWN:
        return Message(f"rules.pack.{kind}", {"field": field, **context})
    if kind.startswith(NUMBER):
        return Message("rules.pack.number", {"field": field, "given": given})
    return Message("rules.pack.other", {"field": field, "detail": str(fault["msg"])})
