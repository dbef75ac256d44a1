"""Decides how what people type, as options or into a form, becomes the fields of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from api.values import (
    read_amounts,
    read_count,
    read_date,
    read_days,
    read_fraction,
    read_fractions,
    read_money,
    read_pairs,
)
from engine.errors import InputError

Read = Callable[[Any, str], Any]


def _any_fractions(given: Sequence[str], option: str) -> dict[str, Decimal]:
    return read_fractions(given, option, most=None)


def _ratio(text: str, option: str) -> Decimal:
    return read_fraction(text, option, most=None)


def _as_typed(value: Any, _option: str) -> Any:
    return value


def _targets(given: Sequence[str], option: str) -> list[dict[str, Any]]:
    """``conversions=3000``."""
    return [{"result": name, "least": amount} for name, amount in read_amounts(given, option).items()]


def _flights(given: Sequence[str], option: str) -> dict[str, Any]:
    """``meta=2026-12-01..2026-12-20``."""
    return {name: read_days(days, option) for name, days in read_pairs(given, option).items()}


def _blackouts(given: Sequence[str], option: str) -> dict[str, list[Any]]:
    """The same, as often as a channel has such days; ``*`` is every channel."""
    out: dict[str, list[Any]] = {}
    for entry in given:
        for name, days in read_pairs([entry], option).items():
            out.setdefault(name, []).append(read_days(days, option))
    return out


def _pacing(text: str, option: str) -> dict[str, Any]:
    return {"tolerance": read_fraction(text, option)}


def _risk(text: str, option: str) -> dict[str, Any]:
    """``0.1:0.5``."""
    tail, colon, weight = text.partition(":")
    if not colon:
        raise InputError("api.value.risk", option=option, given=text[:40])
    return {"tail": read_fraction(tail, option), "weight": read_fraction(weight, option)}


def _lift_tests(path: Any, option: str) -> list[dict[str, Any]]:
    """A file with a row a test."""
    from api.lift_files import read_lift_tests

    return read_lift_tests(path, option)


def _groups(given: Sequence[str], option: str) -> list[dict[str, Any]]:
    """``影音=google_ads/Video+meta/OUTCOME_TRAFFIC:max=300000,max-share=40%``."""
    return [_group(entry, option) for entry in given]


def _group(entry: str, option: str) -> dict[str, Any]:
    name, equals, rest = entry.partition("=")
    channels, colon, limits = rest.rpartition(":")
    if not (equals and colon and name.strip()):
        raise InputError("api.value.group", option=option, given=entry[:40])
    group: dict[str, Any] = {"name": name.strip(), "channels": [part.strip() for part in channels.split("+")]}
    for limit, value in read_pairs(limits.split(","), option).items():
        if limit not in ("min", "max", "min-share", "max-share"):
            raise InputError("api.value.group", option=option, given=entry[:40])
        read: Read = read_fraction if limit.endswith("share") else read_money
        group[limit.replace("-", "_")] = read(value, option)
    return group


# Parameter of the command -> field of the request, the option as it is typed, and how its text is read.
OPTIONS: Mapping[str, tuple[str, str, Read]] = {
    "budget": ("budget", "--budget", read_money),
    "start": ("start", "--start", read_date),
    "end": ("end", "--end", read_date),
    "result": ("result", "--result", _as_typed),
    "minimum": ("minimums", "--min", read_amounts),
    "maximum": ("maximums", "--max", read_amounts),
    "share_cap": ("share_caps", "--share-cap", read_fractions),
    "credit": ("credit", "--credit", _any_fractions),
    "share_floor": ("share_floors", "--share-floor", read_fractions),
    "lock": ("locks", "--lock", read_amounts),
    "min_if_active": ("min_if_active", "--min-if-active", read_amounts),
    "fewest_channels": ("fewest_channels", "--fewest-channels", read_count),
    "most_channels": ("most_channels", "--most-channels", read_count),
    "group": ("groups", "--group", _groups),
    "current": ("current", "--current", read_amounts),
    "on_top": ("on_top", "--on-top", read_money),
    "held": ("held", "--held", _as_typed),
    "goal": ("goal", "--goal", lambda text, _: text.replace("-", "_")),
    "target": ("targets", "--target", _targets),
    "cpa": ("cpa", "--cpa", read_money),
    "roas": ("roas", "--roas", _ratio),
    "marginal_cpa": ("marginal_cpa", "--marginal-cpa", read_money),
    "marginal_roas": ("marginal_roas", "--marginal-roas", _ratio),
    "margin": ("margin", "--margin", read_fraction),
    "weight": ("weights", "--weight", _any_fractions),
    "then": ("then", "--then", _as_typed),
    "blackout": ("blackouts", "--blackout", _blackouts),
    "flight": ("flights", "--flight", _flights),
    "by_day": ("by_day", "--by-day", _as_typed),
    "pacing": ("pacing", "--pacing", _pacing),
    "ramp": ("ramp", "--ramp", _any_fractions),
    "learning_reserve": ("learning_reserve", "--learning-reserve", read_fraction),
    "risk": ("risk", "--risk", _risk),
    "lift_tests": ("lift_tests", "--lift-tests", _lift_tests),
}


def typed_fields(typed: Mapping[str, Any], called: Callable[[str], str] | None = None) -> dict[str, Any]:
    """Fields of what was typed, by parameter. Raises InputError naming the option, or what a form ``called`` it."""
    given = {name: typed[name] for name in OPTIONS if typed.get(name)}
    return {
        OPTIONS[name][0]: _written(OPTIONS[name][2](value, called(name) if called is not None else OPTIONS[name][1]))
        for name, value in given.items()
    }


def with_typed(file: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a plan file with those typed: a map and a list gain entries, anything else is taken over."""
    out = dict(file)
    for name, value in typed.items():
        known = out.get(name)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            out[name] = {**known, **value}
        elif isinstance(known, list) and isinstance(value, list):
            out[name] = [*known, *value]
        else:
            out[name] = value
    return out


def _written(value: Any) -> Any:
    """Numbers as exact text, as a body may hold them."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {name: _written(part) for name, part in value.items()}
    return [_written(part) for part in value] if isinstance(value, list | tuple) else value
