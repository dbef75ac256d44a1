"""Decides whether a comparison makes sense in units: money with money, a share below 1, nothing below nothing.

{metric: ctr, op: '>', value: 40}                             -> ctr is a share; 40 % is written 0.4
{metric: expected_conversions, op: '>=', than: {metric: spend}} -> conversions are not money
"""

from __future__ import annotations

from engine.messages import Message
from rules.condition_form import Test
from rules.vocabulary import sides_of, signals

MOST_PER_CENT = 100.0


def unit_faults(field: str, test: Test) -> list[Message]:
    """What is wrong with the units and bounds of one comparison; ``field`` says where it stands."""
    if test.than is not None:
        return _unlike(field, test)
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return [fault for value in values if value is not None for fault in _beyond(field, test, value)]


def _unlike(field: str, test: Test) -> list[Message]:
    if test.than is None:
        return []
    own, other = signals()[test.metric], signals()[test.than.metric]
    names = {"field": field, "metric": test.metric, "other": test.than.metric}
    if test.than.column == test.metric:
        return [Message("rules.pack.with_itself", names)]
    if own.kind != other.kind:
        like = [name for name, signal in signals().items() if signal.kind == own.kind and name != test.metric]
        return [
            Message(
                "rules.pack.unlike_units",
                {**names, "unit": own.kind, "other_unit": other.kind, "like": ", ".join(like)},
            )
        ]
    known = sides_of(test.than.metric)
    if test.than.of is not None and test.than.of not in known:
        return [Message("rules.pack.no_such_side", {**names, "of": test.than.of, "known": ", ".join(known) or "—"})]
    return []


def _beyond(field: str, test: Test, value: float) -> list[Message]:
    """A value that the metric never reaches; a share above 1 was probably meant in per cent."""
    signal = signals()[test.metric]
    names = {"field": field, "metric": test.metric, "given": f"{value:g}"}
    if signal.least is not None and value < signal.least:
        return [Message("rules.pack.below_least", {**names, "least": f"{signal.least:g}"})]
    if signal.most is None or value <= signal.most:
        return []
    if signal.most == 1 and value <= MOST_PER_CENT:
        return [Message("rules.pack.per_cent", {**names, "share": f"{value / 100:g}"})]
    return [Message("rules.pack.beyond_most", {**names, "most": f"{signal.most:g}"})]
