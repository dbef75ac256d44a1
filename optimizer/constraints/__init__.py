"""Decides which rules a plan can be put under: one public function a file, the folder listing is the registry.

Every function has the file's name, adds one Pyomo constraint of that name to the model and returns nothing. Money
limits are always rows, never variable bounds, so that an infeasible request can be repaired row by row.

==================  =====================================================================
``model.spend``     money in channel c and week w, at least 0
``model.felt``      the same money as the audience feels it after carry-over (if it carries)
``model.stock``     what is left at the end of week w, in money per week (if it carries)
``problem``         the ``optimizer.problem.Problem``: demand, channels, weeks, running days
==================  =====================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

Constraint = Callable[[Any, Any], None]


@cache
def constraints() -> dict[str, Constraint]:
    """Every constraint by name, sorted."""
    found: dict[str, Constraint] = {}
    for entry in sorted(files("optimizer.constraints").iterdir(), key=lambda e: e.name):
        stem, dot, suffix = entry.name.rpartition(".")
        if dot and suffix == "py" and not stem.startswith("_"):
            found[stem] = getattr(import_module(f"optimizer.constraints.{stem}"), stem)
    return found
