"""Decides which rules a plan can be put under: one public function a file, the folder listing is the registry.

Every function has the file's name, adds one Pyomo constraint of that name to the model and returns nothing. A rule on
a single variable narrows that variable (``optimizer.terms.tighten``), which remembers the rule's name.

==================  ===========================================================================
``model.spend``     money in channel c and step w, at least 0
``model.felt``      the same money as the audience feels it after carry-over (if it carries)
``model.stock``     what is left at the end of step w, in money per week (if it carries)
``model.runs``    1 where channel c runs at all (only where a rule counts channels or jumps)
``model.bought``    1 where package p is taken
``model.outcome``   expected results by (result, channel), or of all channels together
``problem``         the ``optimizer.problem.Problem``: what is asked, channels, steps, running days
==================  ===========================================================================

Money and results are summed by ``optimizer.terms`` only, so that packages count everywhere alike.
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
