"""Decides where the generated schemas are written: beside this module."""

from __future__ import annotations

from compliance.schemas import MODELS, schema_text
from engine.packs import package_path

if __name__ == "__main__":
    for name in MODELS:
        (package_path("compliance") / "schemas" / f"{name}.json").write_text(schema_text(name), encoding="utf-8")
