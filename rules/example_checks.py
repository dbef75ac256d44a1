"""Decides whether a rule does on its own examples what they say: flags what must be flagged, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.messages import Message, Value
from engine.snapshot import Snapshot
from rules.example_form import Example
from rules.examples import example_facts, example_given
from rules.judge import judge
from rules.loading import LoadedPack, awake
from rules.pack import RulePack

AS_OF = date(2026, 3, 2)  # examples count their days back from the day of judging, whichever it is
MOST_EXAMPLES, MOST_ROWS, MOST_NAMES = 12, 20_000, 5


@dataclass(frozen=True, slots=True)
class Flagging:
    """The names an example wants flagged, and those that were."""

    wanted: frozenset[str]
    flagged: frozenset[str]


def judge_example(loaded: LoadedPack, example: Example) -> Flagging:
    """What a rule says about one of its examples, on its lowest level."""
    lowest = loaded[0].level[-1]
    facts, wanted = example_facts(example, AS_OF, lowest)
    targets, given = example_given(example, AS_OF, lowest)
    said = judge(
        Snapshot("x", AS_OF, "TWD", facts, "h"), AS_OF, packs=[awake(loaded)], targets=targets, given=given,
        resolver="reference",
    )  # fmt: skip
    flagged = {one.subject.name for one in said.recommendations if one.subject.level == lowest}
    return Flagging(frozenset(wanted), frozenset(flagged))


def example_faults(loaded: LoadedPack) -> list[Message]:
    """What the rule's examples say that it does not do; too many or too large ones are refused unread."""
    pack = loaded[0]
    placed = [
        (f"examples.{kind}.{at}", example)
        for kind, examples in (("flag", pack.examples.flag), ("pass", pack.examples.silent))
        for at, example in enumerate(examples)
    ]
    faults = _size(pack, len(placed))
    return faults or [fault for place, example in placed for fault in _unmet(loaded, place, example)]


def _size(pack: RulePack, count: int) -> list[Message]:
    rows = sum(
        ad.copies * (ad.days[1] - ad.days[0] + 1)
        for example in (*pack.examples.flag, *pack.examples.silent)
        for ad in example.ads
    )
    faults = []
    if count > MOST_EXAMPLES:
        faults.append(Message("rules.pack.examples_many", {"field": "examples", "count": count, "most": MOST_EXAMPLES}))
    if rows > MOST_ROWS:
        values = {"field": "examples", "rows": f"{rows:,}", "most": f"{MOST_ROWS:,}"}
        faults.append(Message("rules.pack.examples_rows", values))
    return faults


def _unmet(loaded: LoadedPack, place: str, example: Example) -> list[Message]:
    said = judge_example(loaded, example)
    faults = []
    for kind, names in (("missed", said.wanted - said.flagged), ("false", said.flagged - said.wanted)):
        if names:
            told = ", ".join(name[:40] for name in sorted(names)[:MOST_NAMES])
            values: dict[str, Value] = {
                "field": place,
                "example": example.name[:60],
                "names": told,
                "count": len(names),
            }
            faults.append(Message(f"rules.pack.example_{kind}", values))
    return faults
