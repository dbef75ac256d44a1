"""Decides whether rules that are judged together get in each other's way: a conflict that no night could resolve.

Opposite proposals for one entity are resolved night by night and told (``rules.resolve``). A fault of the set itself is
an id that stands twice, a rule that says what another says, and two rules with opposite actions that are certain to
meet: where one is met whenever the other is, or where both look at the same numbers of the same days and overlap. Where
they only may meet, that is a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from engine.messages import Message
from rules.actions import CLASS_OF, SPENDS_MORE
from rules.candidates import FREES
from rules.condition_form import columns_of
from rules.contradictions import excludes, implies
from rules.pack import RulePack, Scope

Pair = tuple[RulePack, RulePack]
MORE = frozenset(CLASS_OF[action] for action in SPENDS_MORE)


def set_faults(packs: Sequence[RulePack], about: str | None = None) -> list[Message]:
    """Every fault of the set, or those in which the rule ``about`` has a part."""
    counts = Counter(pack.id for pack in packs)
    twice = [Message("rules.pack.id_twice", {"field": "id", "rule": name}) for name, n in counts.items() if n > 1]
    live = [pack for pack in packs if pack.mode != "off"]
    same = [_told("rules.pack.same_rule", pair) for pair in _pairs(live, about) if _says_the_same(*pair)]
    return [*twice, *same, *(_told("rules.pack.opposed", pair) for pair in _pairs(live, about) if _sure_to_meet(*pair))]


def set_notes(packs: Sequence[RulePack], about: str) -> list[Message]:
    """Rules whose opposite action may meet that of ``about`` on one entity, which the night then decides."""
    live = [pack for pack in packs if pack.mode != "off"]
    return [
        _told("rules.pack.may_meet", pair)
        for pair in _pairs(live, about)
        if _opposed(*pair) and not excludes(pair[0].when, pair[1].when) and not _sure_to_meet(*pair)
    ]


def _pairs(packs: Sequence[RulePack], about: str | None) -> Iterator[Pair]:
    """Pairs of rules with different ids; the rule ``about`` stands first."""
    for one, other in combinations(packs, 2):
        if one.id != other.id and about in (None, one.id, other.id):
            yield (other, one) if about == other.id else (one, other)


def _told(message: str, pair: Pair) -> Message:
    one, other = pair
    actions = {"action": one.act, "other_action": other.act}
    return Message(message, {"field": "when", "rule": one.id, "other": other.id, **actions})


def _says_the_same(one: RulePack, other: RulePack) -> bool:
    parts = ("scope", "window", "when", "guards", "evidence", "act")
    same = all(getattr(one, name) == getattr(other, name) for name in parts)
    return same and set(one.level) == set(other.level)


def _sure_to_meet(one: RulePack, other: RulePack) -> bool:
    """Opposites over the same days: one within the other, or both about the same numbers and overlapping."""
    if not _opposed(one, other) or one.window != other.window:
        return False
    if _always_meets(one, other) or _always_meets(other, one):
        return True
    same_numbers = set(columns_of(one.when)) == set(columns_of(other.when))
    return same_numbers and one.evidence == other.evidence and not excludes(one.when, other.when)


def _always_meets(narrow: RulePack, wide: RulePack) -> bool:
    """Whether ``wide`` is flagged wherever ``narrow`` is: its conditions hold, and its evidence asks for no more."""
    asks_no_more = wide.evidence.method == "none" or wide.evidence == narrow.evidence
    return asks_no_more and implies(narrow.when, wide.when)


def _opposed(one: RulePack, other: RulePack) -> bool:
    """Whether both can look at one entity and would move it in opposite directions."""
    kinds = {CLASS_OF[one.act], CLASS_OF[other.act]}
    return bool(kinds & FREES and kinds & MORE and set(one.level) & set(other.level)) and _meet(one.scope, other.scope)


def _meet(one: Scope, other: Scope) -> bool:
    listed = [(one.platform, other.platform), (one.campaign_type, other.campaign_type)]
    apart = any(mine and theirs and not set(mine) & set(theirs) for mine, theirs in listed)
    return not (apart or _kept_out(one, other) or _kept_out(other, one))


def _kept_out(one: Scope, other: Scope) -> bool:
    """Whether every name that ``one`` looks at holds a text that ``other`` leaves out."""
    wanted, unwanted = one.name_contains, other.name_not_contains
    return bool(wanted) and all(any(text in name for text in unwanted) for name in wanted)
