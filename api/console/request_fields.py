"""Decides which conditions the proposal form has, and how those of an earlier request stand in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.media import channel_name
from api.plan_options import OPTIONS
from engine.messages import Language


@dataclass(frozen=True, slots=True)
class FormField:
    """One condition: its name in the form and on the command line, an example, whether it takes several entries."""

    name: str
    example: str = ""
    several: bool = False


PARTS: Mapping[str, tuple[FormField, ...]] = {
    "goals": (
        FormField("goal"),
        FormField("target", "3000", several=True),
        FormField("on_top", "300,000"),
        FormField("cpa", "300"),
        FormField("marginal_cpa", "500"),
        FormField("roas", "3"),
        FormField("marginal_roas", "2"),
        FormField("margin", "30%"),
    ),
    "channels": (
        FormField("minimum", "Meta 銷售=20萬", several=True),
        FormField("maximum", "", several=True),
        FormField("lock", "YouTube 影音=12萬", several=True),
        FormField("share_cap", "Google 搜尋=40%", several=True),
        FormField("share_floor", "", several=True),
        FormField("group", "Meta=Meta 銷售+Meta 流量:max-share=50%", several=True),
        FormField("held", "Meta 流量", several=True),
        FormField("most_channels", "4"),
    ),
    "days": (
        FormField("flight", "YouTube 影音=2026-12-01..2026-12-20", several=True),
        FormField("blackout", "*=2026-12-25", several=True),
        FormField("pacing", "30%"),
        FormField("credit", "meta=0.8", several=True),
    ),
}
_PLAIN = {"budget", "start", "end", "result"}


def form_values(asked: Mapping[str, Any], language: Language) -> dict[str, str]:
    """The text of every condition of a kept request, as it would be typed."""

    def named(channel: str) -> str:
        return channel_name(channel, language)

    texts: dict[str, Callable[[Any], str]] = {
        "groups": lambda groups: "; ".join(_group(group, named) for group in groups),
        "targets": lambda targets: "; ".join(f"{one['result']}={one['least']}" for one in targets),
        "flights": lambda flights: "; ".join(f"{named(name)}={_days(days)}" for name, days in flights.items()),
        "blackouts": lambda given: "; ".join(f"{named(name)}={_days(d)}" for name, days in given.items() for d in days),
        "pacing": lambda pacing: str(pacing["tolerance"]),
    }
    out = {}
    for field in (field for part in PARTS.values() for field in part):
        key = OPTIONS[field.name][0]
        value = asked.get(key)
        out[field.name] = "" if not value else texts.get(key, lambda given: _text(given, named))(value)
    return out


def not_in_form(asked: Mapping[str, Any]) -> list[str]:
    """Conditions of a kept request that the form has no field for: sending it again would leave them out."""
    shown = {OPTIONS[field.name][0] for part in PARTS.values() for field in part} | _PLAIN
    partly = asked.get("pacing", {}).keys() - {"tolerance"} or any(
        "channels" in one for one in asked.get("targets", ())
    )
    return sorted(set(asked) - shown | ({"targets", "pacing"} & set(asked) if partly else set()))


def _text(value: Any, named: Callable[[str], str]) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{named(name)}={part}" for name, part in value.items())
    return "; ".join(map(named, value)) if isinstance(value, list) else str(value)


def _days(days: Mapping[str, str]) -> str:
    return f"{days['start']}..{days['end']}"


def _group(group: Mapping[str, Any], named: Callable[[str], str]) -> str:
    limits = ",".join(
        f"{name.replace('_', '-')}={group[name]}" for name in ("min", "max", "min_share", "max_share") if name in group
    )
    return f"{group['name']}={'+'.join(map(named, group['channels']))}:{limits}"
