"""Decides which channel a request means: every one under its id, also where it was called by the name tables show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from api.media import channel_name
from api.services.plan_request import ProposalRequest
from engine.errors import InputError
from engine.messages import LANGUAGES

Value = TypeVar("Value")
EVERY = "*"
# Every map of a request whose names are channels, with the option it is typed under.
_MAPS = {
    "minimums": "--min",
    "maximums": "--max",
    "share_caps": "--share-cap",
    "share_floors": "--share-floor",
    "locks": "--lock",
    "min_if_active": "--min-if-active",
    "steps": "steps",
    "ramp": "--ramp",
    "weekly_bounds": "weekly_bounds",
    "flights": "--flight",
    "blackouts": "--blackout",
}


def with_channel_ids(request: ProposalRequest, channels: Sequence[str]) -> ProposalRequest:
    """The request with every channel of ``channels`` under its id.

    Raises InputError where one channel is called by two names. A name nobody knows stays, for the optimizer to refuse.
    """
    ids = {channel_name(channel, language).casefold(): channel for channel in channels for language in LANGUAGES}

    def one(name: str) -> str:
        return name if name in channels else ids.get(name.casefold(), name)

    def some(names: Sequence[str] | None) -> tuple[str, ...] | None:
        return None if names is None else tuple(one(name) for name in names)

    maps: dict[str, Any] = {name: _renamed(getattr(request, name), one, option) for name, option in _MAPS.items()}
    current = None if request.current is None else _renamed(request.current, one, "--current")
    return replace(
        request,
        **maps,
        current=current,
        channels=some(request.channels),
        held=some(request.held) or (),
        groups=tuple(replace(group, channels=some(group.channels) or ()) for group in request.groups),
        ratios=tuple(replace(ratio, over=one(ratio.over), under=one(ratio.under)) for ratio in request.ratios),
        packages=tuple(replace(package, channel=one(package.channel)) for package in request.packages),
        targets=tuple(replace(target, channels=some(target.channels)) for target in request.targets),
        lift_tests=tuple(replace(test, channel=one(test.channel)) for test in request.lift_tests),
    )


def _renamed(given: Mapping[str, Value], one: Callable[[str], str], option: str) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for name, value in given.items():
        channel = name if name == EVERY else one(name)
        if channel in out:
            raise InputError("api.value.twice", option=option, name=name)
        out[channel] = value
    return out
