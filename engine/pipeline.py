"""Decides how stages run: one after the other over one state, each named, timed and reported."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

State = TypeVar("State")


class Stage(Protocol[State]):
    """One step of the night: takes the state, returns the state it leaves. A state is never changed in place."""

    @property
    def name(self) -> str:
        """What it is called in times and progress."""
        ...

    def run(self, state: State) -> State:
        """The state after this stage."""
        ...


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long one stage took."""

    name: str
    seconds: float


def run_stages(
    stages: Sequence[Stage[State]], state: State, on_stage: Callable[[str, int, int], None] | None = None
) -> tuple[State, tuple[StageTime, ...]]:
    """The final state and the time of every stage; ``on_stage(name, done, total)`` is told before each."""
    times = []
    for done, stage in enumerate(stages):
        if on_stage is not None:
            on_stage(stage.name, done, len(stages))
        begun = time.perf_counter()
        state = stage.run(state)
        times.append(StageTime(stage.name, time.perf_counter() - begun))
    return state, tuple(times)
