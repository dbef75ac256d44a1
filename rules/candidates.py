"""Decides what goes to the resolver: one candidate per flag, in whole numbers and words only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from rules.actions import ActionClass, ActionType

if TYPE_CHECKING:  # packs bring pandas along, which the process that only decides has no use for
    from rules.pack import LevelName

Verdict = Literal["kept", "downgraded", "dropped"]
CLASS_RANK: dict[ActionClass, int] = {
    "stop": 1,
    "cut": 2,
    "shift_out": 3,
    "start": 4,
    "raise": 5,
    "shift_in": 6,
    "refresh": 7,
    "alert": 9,
}


# What spends less when it is carried out, so that others may be given more.
FREES: frozenset[ActionClass] = frozenset({"stop", "cut", "shift_out"})


class Candidate(NamedTuple):
    """One action a rule would take on one entity.

    ``entity``, ``group`` and ``campaign`` are the keys of the entity, its ad group and its campaign ("" when it
    has none above it); ``last_active``: carrying it out would leave the ad group without an active ad; ``capped``: the
    value it moves has moved as far as its cap allows; ``eased``: what the stops proposed below it cost explains most of
    why it is proposed; ``paused_explains``: its rule does not flag what still runs of it alone, so that the parts which
    stopped explain it. ``pool`` is the key of the account whose money it moves, ``free`` says that the plan has money
    left for it, and ``creative`` names what a refresh would replace ("" where nobody knows).
    """

    entity: str
    group: str
    campaign: str
    level: LevelName
    rule: str
    action: ActionType
    action_class: ActionClass
    priority: int
    learning: bool = False
    cooldown: bool = False
    tracking_break: bool = False
    last_active: bool = False
    capped: bool = False
    eased: bool = False
    pool: str = ""
    creative: str = ""
    free: bool = False
    paused_explains: bool = False

    @property
    def top(self) -> str:
        """The key under which candidates can touch each other: the campaign, or the entity itself."""
        return self.campaign or self.entity

    @property
    def shielded(self) -> bool:
        """True when protection drops it whatever else is proposed."""
        return self.tracking_break or self.cooldown or self.capped or self.paused_explains

    @property
    def softened(self) -> bool:
        """True when protection turns it into an alert."""
        stops = self.action_class == "stop"
        return (self.learning and self.action_class != "alert") or (self.last_active and stops)


class Decision(NamedTuple):
    """What became of a candidate: verdict, why (name of the deciding step), and the index of what beat it.

    ``freed_by`` is the index of what frees the money that a kept shift takes.
    """

    verdict: Verdict
    because: str
    beaten_by: int | None = None
    freed_by: int | None = None


def in_order(candidates: Sequence[Candidate]) -> list[int]:
    """Indices sorted by campaign, entity and rule: the order every resolver works in."""
    return sorted(range(len(candidates)), key=lambda i: (candidates[i].top, candidates[i].entity, candidates[i].rule))


def first_of_class(candidates: Sequence[Candidate]) -> list[bool]:
    """Per candidate: is it the one that speaks for its entity and action class?

    That is the lowest (priority, rule) among those protection leaves as they are. Alerts do not compete.
    """
    best: dict[tuple[str, ActionClass], tuple[bool, bool, int, str, int]] = {}
    for at, candidate in enumerate(candidates):
        rank = (candidate.shielded, candidate.softened, candidate.priority, candidate.rule, at)
        slot = (candidate.entity, candidate.action_class)
        if slot not in best or rank < best[slot]:
            best[slot] = rank
    return [
        candidate.action_class == "alert" or best[candidate.entity, candidate.action_class][-1] == at
        for at, candidate in enumerate(candidates)
    ]


def refresh_rank(candidate: Candidate) -> tuple[int, str, str]:
    """By what the refresh that speaks for a creative in several ads is chosen: the lowest wins."""
    return candidate.priority, candidate.rule, candidate.entity
