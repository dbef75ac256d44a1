"""Decides whether the days of a budget request make sense: its period, flights and black-outs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.messages import Message
from engine.vocabulary import Period
from optimizer.calendar import EVERY, running_days
from optimizer.demand import Demand

LONGEST_DAYS = 371  # 53 weeks


def day_faults(demand: Demand, channels: Sequence[str]) -> Iterator[Message]:
    """Every fault of the request's days. Within a period that is none, no other day can be judged."""
    period = demand.period
    if period.end < period.start:
        yield Message("optimizer.demand.end_before_start", _spoken(period))
        return
    if period.days > LONGEST_DAYS:
        yield Message("optimizer.demand.period_too_long", {"days": period.days, "most": LONGEST_DAYS})
        return
    outside = set()
    for name, flight in sorted(demand.flights.items()):
        if flight.end < flight.start or flight.end < period.start or flight.start > period.end:
            whole = f"{period.start.isoformat()} – {period.end.isoformat()}"
            yield Message("optimizer.demand.flight_outside", {"channel": name, **_spoken(flight), "period": whole})
            outside.add(name)
    for name, gaps in sorted(demand.blackouts.items()):
        for gap in gaps:
            if gap.end < gap.start:
                yield Message("optimizer.demand.blackout_backwards", {"channel": name, **_spoken(gap)})
    yield from _never_running(demand, sorted(set(channels) - outside))


def _never_running(demand: Demand, channels: Sequence[str]) -> Iterator[Message]:
    """Channels whose black-outs leave no day; told once where they leave none to anybody."""
    if not channels or not demand.blackouts:
        return
    runs = running_days(channels, (demand.period,), demand.flights, demand.blackouts).active[:, 0]
    idle = [name for name, days in zip(channels, runs, strict=True) if days == 0]
    for name in (EVERY,) if len(idle) == len(channels) > 1 else idle:
        yield Message("optimizer.demand.blackout_everything", {"channel": name})


def _spoken(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}
