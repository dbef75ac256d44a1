"""Decides the JSON Schema of a rule that editors complete from; ``python -m rules.schema`` writes it again."""

from __future__ import annotations

import json

from engine.packs import package_path
from rules.pack import RulePack

FILE = package_path("rules") / "pack.schema.json"


def pack_schema() -> str:
    """The schema of ``rules/packs/*.yaml`` as it is checked in."""
    schema = RulePack.model_json_schema(by_alias=True)
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(pack_schema(), encoding="utf-8")
