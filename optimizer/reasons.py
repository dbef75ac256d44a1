"""Decides why each channel gets what it gets: its marginal return against the hurdle, or the rule that holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.messages import Message, Value
from optimizer.curves.curve_set import ChannelCurve
from optimizer.pricing import THOUSAND
from optimizer.proposal import Binding
from optimizer.wording import VALUE, Unit, written

SLIGHT = 0.05  # of the hurdle: a rule that costs less does not explain a channel's money
MATTERS = 0.02  # relative change of a channel's money that is worth calling a change


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one channel stands: its money, what its next 1,000 brings and has to bring, and what holds it.

    ``least`` is what it takes to run at all, ``at_least`` what it would bring then; ``counted_out`` is the objective
    gained if one more channel, this one, could run; ``without`` what is gained if it did not run.
    """

    channel: str
    known: ChannelCurve
    spend: float
    current: float
    marginal: float
    marginal_now: float
    hurdle: float
    held: tuple[Binding, ...]
    days: float
    least: float = 0.0
    at_least: float = 0.0
    counted_out: float | None = None
    without: float | None = None

    @property
    def told_bindings(self) -> tuple[Binding, ...]:
        """The rules that hold it; one that is a switch says what the plan would gain without this channel."""
        if self.without is None:
            return self.held
        return tuple(replace(b, without=self.without) if b.rule == "min_if_active" else b for b in self.held)


def reason(standing: Standing, unit: Unit, aim: Unit, currency: str) -> Message:
    """One sentence on a channel's money; ``unit`` counts what it brings, ``aim`` what the plan makes most of."""
    main, priced, values = _main(standing, unit, aim, currency)
    common = {
        "channel": standing.channel,
        "spend": written(standing.spend, currency),
        "current": written(standing.current, currency),
        "change": written(abs(standing.spend - standing.current), currency),
        "marginal": unit.told(standing.marginal),
        "marginal_now": unit.told(standing.marginal_now),
        "hurdle": unit.told(standing.hurdle),
        "thousand": written(THOUSAND, currency),
        "unit": unit.noun,
        "aim": aim.noun,
    }
    assumed = standing.known.basis != "fitted"
    local = priced is not None and priced.local and main not in ("none_small", "none_counted")
    wrapped = {(True, True): "local_assumed", (True, False): "local", (False, True): "assumed"}.get((local, assumed))
    if wrapped is None:
        return Message(f"optimizer.why.{main}", values | common)
    return Message(f"optimizer.why.{wrapped}", values | common | {"main": f"why.{main}"})


def _main(standing: Standing, unit: Unit, aim: Unit, currency: str) -> tuple[str, Binding | None, dict[str, Value]]:
    """The sentence, the rule it speaks of, and the values of its own."""
    if standing.days <= 0:
        return "not_running", None, {}
    held = _telling(standing, unit, aim)
    if standing.spend <= 0:
        if standing.counted_out is not None and standing.counted_out > 0:
            return "none_counted", held, {"without": aim.told(standing.counted_out)}
        if standing.least > 0:
            unit_values: dict[str, Value] = {
                "least": written(standing.least, currency),
                "brings": unit.told(standing.at_least),
                "elsewhere": unit.told(standing.hurdle * standing.least / THOUSAND),
            }
            return "none_small", held, unit_values
        if held is not None and held.side == "max":
            return "none_held", held, _price(held, aim, currency)
        return "none", None, {}
    if held is not None:
        return _held(held), held, _price(held, aim, currency)
    if abs(standing.spend - standing.current) <= MATTERS * max(standing.current, 1.0):
        return "kept", None, {}
    return ("raised" if standing.spend > standing.current else "lowered"), None, {}


def _telling(standing: Standing, unit: Unit, aim: Unit) -> Binding | None:
    """The dearest rule, unless what it costs is next to nothing beside what money has to bring anyway."""
    held = next(iter(standing.held), None)
    if held is None or held.unit != "money" or unit.noun != aim.noun:
        return held
    return held if held.price_per_1000 >= SLIGHT * standing.hurdle else None


def _held(held: Binding) -> str:
    if held.rule == "locks":
        return "exact"
    return "held_results" if held.unit == "results" else f"held_{held.side}"


def _price(held: Binding, aim: Unit, currency: str) -> dict[str, Value]:
    """What giving way brings: by 1,000 of money, or by one result of a target."""
    values: dict[str, Value] = {**held.name.values}
    price = held.price_per_1000
    if held.unit == "results":
        money = values["counted"] == f"unit.{VALUE}"
        values["one"] = written(THOUSAND, currency) if money else "1"
        price = price if money else price / THOUSAND
    gain = "gain.saved" if aim.noun == "unit.spend" else "gain.more"
    return values | {"price": aim.told(price), "gain": gain}
