"""Decides what editors are told about the YAML files: JSON Schemas generated from the models that check them.

``python -m compliance.schemas`` writes them; a test holds them against the models.
"""

from __future__ import annotations

import json

from pydantic import BaseModel

from compliance.lawbook import Law
from compliance.pack_schema import Lexicon, Pack, PermittedList
from compliance.personal_data.recogniser import RecogniserData
from compliance.specs.schema import Family, Platform

MODELS: dict[str, type[BaseModel]] = {
    "law": Law,
    "lexicon": Lexicon,
    "pack": Pack,
    "permitted": PermittedList,
    "recogniser": RecogniserData,
    "spec_family": Family,
    "spec_platform": Platform,
}


def schema_text(name: str) -> str:
    """The JSON Schema of one kind of file, as it is checked in."""
    schema = MODELS[name].model_json_schema(by_alias=True)
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
