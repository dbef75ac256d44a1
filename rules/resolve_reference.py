"""Decides which candidates stand, in plain Python: the oracle of the rule engine, and the way without a compiler.

Phases, each over all candidates still standing:

1. protection: tracking break, cooldown, a used-up cap and what stopped since drop; learning and the last active ad
   turn an action into an alert;
2. conflicts: a stopped campaign or ad group drops everything below it; one action of a class per entity; stop
   beats everything on the entity; of a raise and its opposites the lower priority number stands, else what spends
   less; cut, shift_out and raise beat shift_in; a cut waits for the stops below that explain it; an alert above covers
   the same alert below;
3. chaining: one refresh a creative; a shift_in stands on money freed in its campaign, else in its account, else on what
   the plan has left;
4. what is left is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rules.candidates import FREES, Candidate, Decision, first_of_class, in_order, refresh_rank


@dataclass(slots=True)
class _Board:
    """What still stands, by entity, and what has been decided."""

    candidates: Sequence[Candidate]
    first: Sequence[bool]
    decisions: dict[int, Decision] = field(default_factory=dict)
    downgraded: dict[int, str] = field(default_factory=dict)
    by_entity: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    below: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))  # ads by their ad group

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
        board.below[candidates[at].group].append(at)
    for at in order:
        _protect(board, at)
    for step in STEPS:
        for at in order:
            if at not in board.decisions:
                step(board, at)
    for at in order:
        if at in board.downgraded:
            board.decisions.setdefault(at, Decision("downgraded", board.downgraded[at]))
    _one_refresh_a_creative(board, order)
    _shifts_need_money(board, order)
    for at in order:
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
    elif candidate.paused_explains:
        board.decisions[at] = Decision("dropped", "paused_explains")
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


def _opposites(board: _Board, at: int) -> None:
    own, entity = board.action_class(at), board.candidates[at].entity
    less = [i for i in (board.leader(entity, "cut"), board.leader(entity, "shift_out")) if i is not None]
    more = board.leader(entity, "raise")
    if more is None or not less or own not in ("raise", "cut", "shift_out"):
        return
    raised = board.candidates[more].priority < min(board.candidates[i].priority for i in less)
    if raised != (own == "raise"):
        _drop(board, at, more if raised else less[0], "opposite_wins")


def _less_beats(board: _Board, at: int) -> None:
    if board.action_class(at) == "shift_in":
        entity = board.candidates[at].entity
        less = board.leader(entity, "cut")
        _drop(board, at, less if less is not None else board.leader(entity, "shift_out"), "cut_wins")


def _raise_beats(board: _Board, at: int) -> None:
    if board.action_class(at) == "shift_in":
        _drop(board, at, board.leader(board.candidates[at].entity, "raise"), "same_action")


def _waits_for_stops(board: _Board, at: int) -> None:
    candidate = board.candidates[at]
    if candidate.eased and board.action_class(at) == "cut":
        stops = (i for i in board.below[candidate.entity] if i not in board.decisions)
        first = next((i for i in stops if board.action_class(i) == "stop" and board.first[i]), None)
        _drop(board, at, first, "child_stopped")


def _covered_by(board: _Board, at: int, above: str) -> None:
    if board.candidates[at].action_class == "alert":
        rule = board.candidates[at].rule
        same = (i for i in board.standing(above) if board.candidates[i].action_class == "alert")
        _drop(board, at, next((i for i in same if board.candidates[i].rule == rule), None), "covered_above")


def _covered_by_campaign(board: _Board, at: int) -> None:
    _covered_by(board, at, board.candidates[at].campaign)


def _covered_by_group(board: _Board, at: int) -> None:
    _covered_by(board, at, board.candidates[at].group)


def _shift_decision(source: int | None, free: bool) -> Decision:
    if source is not None:
        return Decision("kept", "budget_freed", freed_by=source)
    return Decision("kept", "budget_free") if free else Decision("dropped", "no_budget")


def _one_refresh_a_creative(board: _Board, order: Sequence[int]) -> None:
    best: dict[str, int] = {}
    refreshes = [at for at in order if at not in board.decisions and board.candidates[at].action_class == "refresh"]
    for at in refreshes:
        name = board.candidates[at].creative
        if name not in best or refresh_rank(board.candidates[at]) < refresh_rank(board.candidates[best[name]]):
            best[name] = at
    for at in refreshes:
        if board.candidates[at].creative:
            _drop(board, at, best[board.candidates[at].creative], "same_creative")


def _shifts_need_money(board: _Board, order: Sequence[int]) -> None:
    standing = [at for at in order if at not in board.decisions]
    in_campaign: dict[str, int] = {}
    in_pool: dict[str, int] = {}
    for at in standing:
        if board.candidates[at].action_class in FREES:
            in_campaign.setdefault(board.candidates[at].top, at)
            in_pool.setdefault(board.candidates[at].pool, at)
    for at in standing:
        wish = board.candidates[at]
        if wish.action_class == "shift_in":
            source = in_campaign.get(wish.top, in_pool.get(wish.pool) if wish.pool else None)
            board.decisions[at] = _shift_decision(source, wish.free)


STEPS = (
    _under_stopped_campaign,
    _under_stopped_group,
    _same_class,
    _stop_beats,
    _waits_for_stops,
    _opposites,
    _less_beats,
    _raise_beats,
    _covered_by_campaign,
    _covered_by_group,
)
