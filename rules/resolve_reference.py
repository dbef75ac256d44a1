"""Decides which candidates stand, in plain Python: the oracle of the rule engine, and the way without a compiler.

Phases, each over all candidates still standing:

1. protection: tracking break, cooldown and a used-up cap drop; learning and the last active ad turn an action into
   an alert;
2. conflicts: a stopped campaign or ad group drops everything below it; one action of a class per entity; stop
   beats everything on the entity; cut and shift_out beat raise and shift_in, raise beats shift_in; an alert above
   covers the same alert below;
3. what is left is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rules.candidates import Candidate, Decision, first_of_class, in_order

MORE = ("raise", "shift_in")


@dataclass(slots=True)
class _Board:
    """What still stands, by entity, and what has been decided."""

    candidates: Sequence[Candidate]
    first: Sequence[bool]
    decisions: dict[int, Decision] = field(default_factory=dict)
    downgraded: dict[int, str] = field(default_factory=dict)
    by_entity: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def standing(self, entity: str) -> Iterator[int]:
        return (at for at in self.by_entity.get(entity, ()) if at not in self.decisions)

    def action_class(self, at: int) -> str:
        return "alert" if at in self.downgraded else self.candidates[at].action_class

    def leader(self, entity: str, *classes: str) -> int | None:
        """The standing candidate that speaks for one of ``classes`` on ``entity``."""
        return next((i for i in self.standing(entity) if self.action_class(i) in classes and self.first[i]), None)


def resolve_reference(candidates: Sequence[Candidate]) -> list[Decision]:
    """One decision per candidate, in the order given."""
    order = in_order(candidates)
    board = _Board(candidates, first_of_class(candidates))
    for at in order:
        board.by_entity[candidates[at].entity].append(at)
    for at in order:
        _protect(board, at)
    for step in STEPS:
        for at in order:
            if at not in board.decisions:
                step(board, at)
    for at in order:
        if at in board.downgraded:
            board.decisions.setdefault(at, Decision("downgraded", board.downgraded[at]))
        board.decisions.setdefault(at, Decision("kept", "kept"))
    return [board.decisions[at] for at in range(len(candidates))]


def _protect(board: _Board, at: int) -> None:
    candidate = board.candidates[at]
    if candidate.tracking_break:
        board.decisions[at] = Decision("dropped", "tracking_break")
    elif candidate.cooldown:
        board.decisions[at] = Decision("dropped", "cooldown")
    elif candidate.capped:
        board.decisions[at] = Decision("dropped", "capped")
    elif candidate.learning and candidate.action_class != "alert":
        board.downgraded[at] = "learning"
    elif candidate.last_active and candidate.action_class == "stop":
        board.downgraded[at] = "last_active"


def _drop(board: _Board, at: int, by: int | None, because: str) -> None:
    if by is not None and by != at:
        board.decisions[at] = Decision("dropped", because, by)


def _under_stopped_campaign(board: _Board, at: int) -> None:
    _drop(board, at, board.leader(board.candidates[at].campaign, "stop"), "campaign_stopped")


def _under_stopped_group(board: _Board, at: int) -> None:
    _drop(board, at, board.leader(board.candidates[at].group, "stop"), "group_stopped")


def _same_class(board: _Board, at: int) -> None:
    if at not in board.downgraded and not board.first[at]:
        _drop(board, at, board.leader(board.candidates[at].entity, board.action_class(at)), "same_action")


def _stop_beats(board: _Board, at: int) -> None:
    if board.action_class(at) != "stop":
        _drop(board, at, board.leader(board.candidates[at].entity, "stop"), "stop_wins")


def _cut_beats(board: _Board, at: int) -> None:
    if board.action_class(at) in MORE:
        _drop(board, at, board.leader(board.candidates[at].entity, "cut"), "cut_wins")


def _shift_out_beats(board: _Board, at: int) -> None:
    if board.action_class(at) in MORE:
        _drop(board, at, board.leader(board.candidates[at].entity, "shift_out"), "cut_wins")


def _raise_beats(board: _Board, at: int) -> None:
    if board.action_class(at) == "shift_in":
        _drop(board, at, board.leader(board.candidates[at].entity, "raise"), "same_action")


def _covered_by(board: _Board, at: int, above: str) -> None:
    if board.candidates[at].action_class == "alert":
        rule = board.candidates[at].rule
        same = (i for i in board.standing(above) if board.candidates[i].action_class == "alert")
        _drop(board, at, next((i for i in same if board.candidates[i].rule == rule), None), "covered_above")


def _covered_by_campaign(board: _Board, at: int) -> None:
    _covered_by(board, at, board.candidates[at].campaign)


def _covered_by_group(board: _Board, at: int) -> None:
    _covered_by(board, at, board.candidates[at].group)


STEPS = (
    _under_stopped_campaign,
    _under_stopped_group,
    _same_class,
    _stop_beats,
    _cut_beats,
    _shift_out_beats,
    _raise_beats,
    _covered_by_campaign,
    _covered_by_group,
)
