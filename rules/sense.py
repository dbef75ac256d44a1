"""Decides whether a rule that keeps to the form also makes sense: units, bounds, windows, levels, and no contradiction.

Every check looks at one part of the rule as it was written, so that all faults are told at once, also when another
part does not even keep to the form.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from engine.ingest.platform import platforms
from engine.messages import Message, Value
from rules.condition_form import MAX_DEPTH, MAX_TESTS, All, Condition, Test, When, columns_of, placed_tests, size_of
from rules.contradictions import clash, impossible_parts
from rules.pack import MINIMUMS, Guards, Scope, Window
from rules.trend import LEAST_DAYS
from rules.units import unit_faults
from rules.vocabulary import signals

Form = TypeVar("Form", bound=BaseModel)
WEEK, LONGEST = 7, 400
_WHEN: TypeAdapter[Condition] = TypeAdapter(When)


def size_faults(when: object) -> list[Message]:
    """Too deep or too long a condition, told before anything walks through it."""
    depth, tests = size_of(when)
    faults = []
    if depth > MAX_DEPTH:
        faults.append(Message("rules.pack.too_deep", {"field": "when", "depth": depth, "most": MAX_DEPTH}))
    if tests > MAX_TESTS:
        faults.append(Message("rules.pack.too_many", {"field": "when", "count": tests, "most": MAX_TESTS}))
    return faults


def sense_faults(data: Mapping[str, Any]) -> list[Message]:
    """Everything that makes no sense in the parts of ``data`` that keep to the form."""
    when = _condition(data.get("when"))
    window = _part(Window, data.get("window"))
    scope = _part(Scope, data.get("scope", {}))
    guards = _part(Guards, data.get("guards", {}))
    levels = data.get("level")
    listed = [levels] if isinstance(levels, str) else levels if isinstance(levels, list | tuple) else []
    named = {one for one in listed if isinstance(one, str)}
    faults: list[Message] = []
    if scope is not None:
        faults += [*_platforms(scope), *_names(scope)]
    if when is not None:
        faults += [fault for field, test in placed_tests(when) for fault in unit_faults(field, test)]
        faults += _impossible(when)
        faults += _levels(when, named)
        if window is not None:
            faults += _windows(when, window)
        if guards is not None and not any(fault.id == "rules.pack.never" for fault in faults):
            faults += _guards(when, guards)
    action = data.get("action")
    if (
        isinstance(action, Mapping)
        and action.get("type") == "resume"
        and scope is not None
        and scope.status == "active"
    ):
        faults.append(Message("rules.pack.resume_active", {"field": "scope.status"}))
    return faults


def _condition(data: object) -> Condition | None:
    try:
        return _WHEN.validate_python(data)
    except ValidationError:
        return None  # the form itself tells what is wrong with it


def _part(form: type[Form], data: object) -> Form | None:
    try:
        return form.model_validate(data)
    except ValidationError:
        return None


def _platforms(scope: Scope) -> list[Message]:
    faults = []
    for at, name in enumerate(scope.platform):
        if name in platforms():
            continue
        near = difflib.get_close_matches(name, platforms(), n=1)
        values = {"field": f"scope.platform.{at}", "name": name, "near": near[0] if near else ""}
        kind = "unknown_platform_near" if near else "unknown_platform"
        faults.append(Message(f"rules.pack.{kind}", {**values, "known": ", ".join(sorted(platforms()))}))
    return faults


def _names(scope: Scope) -> list[Message]:
    """A name that must be contained and holds one that must not leaves nothing to look at."""
    shut = [
        (wanted, unwanted)
        for wanted in scope.name_contains
        for unwanted in scope.name_not_contains
        if unwanted in wanted
    ]
    if len({wanted for wanted, _ in shut}) < len(scope.name_contains) or not shut:
        return []
    wanted, unwanted = shut[0]
    return [Message("rules.pack.names_exclude", {"field": "scope", "wanted": wanted, "unwanted": unwanted})]


def _impossible(when: Condition) -> list[Message]:
    faults = []
    for field, branch in impossible_parts(when):
        told = [str(atom) for atom in branch]
        if len(told) > 1:
            faults.append(Message("rules.pack.never", {"field": field, "one": told[0], "other": told[1]}))
        else:
            faults.append(Message("rules.pack.never_alone", {"field": field, "one": "".join(told)}))
    always = clash(when, negated=True)
    if always is not None and not faults:
        faults.append(Message("rules.pack.always", {"field": "when", "one": " / ".join(str(atom) for atom in always)}))
    return faults


def _levels(when: Condition, levels: set[str]) -> list[Message]:
    columns = columns_of(when)
    faults = []
    upward = [name for name in columns if name.endswith(("@parent", "@rest")) or _needs(name) == "share"]
    if "account" in levels and upward:
        faults.append(Message("rules.pack.no_parent", {"field": "level", "metric": upward[0]}))
    planned = [name for name in columns if name.endswith("@plan") or _needs(name) == "plan"]
    if planned and levels - {"account", "campaign"}:
        faults.append(Message("rules.pack.plan_level", {"field": "level", "metric": planned[0]}))
    return faults


def _needs(column: str) -> str:
    return signals()[column.partition("@")[0]].needs


def _windows(when: Condition, window: Window) -> list[Message]:
    columns = columns_of(when)
    faults = []
    by_weekday = [name for name in columns if name.endswith("@same_weekday") or _needs(name) == "usual"]
    if by_weekday and window.days > WEEK:
        values: dict[str, Value] = {"field": "window.days", "metric": by_weekday[0], "days": window.days, "most": WEEK}
        faults.append(Message("rules.pack.window_weekday", values))
    trends = [name for name in columns if _needs(name) == "trend"]
    if trends and window.days < LEAST_DAYS:
        values = {"field": "window.days", "metric": trends[0], "days": window.days, "least": LEAST_DAYS}
        faults.append(Message("rules.pack.window_trend", values))
    before = [name for name in columns if name.endswith("@previous")]
    if before and 2 * window.days + window.end_lag_days > LONGEST:
        most = (LONGEST - window.end_lag_days) // 2
        values = {"field": "window.days", "metric": before[0], "days": window.days, "most": most}
        faults.append(Message("rules.pack.window_previous", values))
    return faults


def _guards(when: Condition, guards: Guards) -> list[Message]:
    """A guard that asks for more than the conditions allow silences the rule for good."""
    faults = []
    for name, metric in MINIMUMS.items():
        least = getattr(guards, name, 0)
        branch = clash(All(all=(when, Test(metric=metric, op=">=", value=least)))) if least else None
        if branch is not None:
            values = {"field": f"guards.{name}", "least": f"{least:g}", "one": str(branch[-1])}
            faults.append(Message("rules.pack.guard_conflict", values))
    return faults
