"""Decides the least and the most money every channel can get, and which rule says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.problem import Problem

Stated = tuple[tuple[float, str], ...]  # amount, the noun of the rule behind it


@dataclass(frozen=True, slots=True)
class Floors:
    """Per channel number what rules state; ``plain`` where channel minimums are the only ones."""

    problem: Problem
    lows: tuple[Stated, ...]
    highs: tuple[Stated, ...]

    def low(self, number: int) -> float:
        """The least a channel must get."""
        return max((amount for amount, _ in self.lows[number]), default=0.0)

    def high(self, number: int) -> float:
        """The most a channel can get."""
        return min((amount for amount, _ in self.highs[number]), default=self.problem.budget)

    def least_to_run(self, number: int) -> float:
        """What a channel takes if it runs."""
        jump = self.problem.ask.least_if_active.get(self.problem.channels[number], 0.0)
        return max(self.low(number), jump)

    def needed(self, numbers: Sequence[int]) -> float:
        """The least that channels must get together."""
        return sum(self.low(number) for number in numbers)

    def room(self, numbers: Sequence[int]) -> float:
        """The most that channels can get together."""
        return sum(self.high(number) for number in numbers)

    @property
    def total(self) -> float:
        """The least of all channels, and what groups add to it where they do not overlap."""
        problem, numbers = self.problem, self.problem.number_of
        total = self.needed(range(len(problem.channels)))
        seen: set[str] = set()
        for group in problem.ask.groups:
            if seen & set(group.channels):
                continue
            seen |= set(group.channels)
            low = max(group.money.low or 0.0, (group.share.low or 0.0) * problem.budget)
            total += max(0.0, low - self.needed([numbers[name] for name in group.channels]))
        return total

    @property
    def plain(self) -> bool:
        """Whether nothing but channel minimums asks for money."""
        rules = {rule for own in self.lows for _, rule in own}
        grouped = any(group.money.low or group.share.low for group in self.problem.ask.groups)
        return rules <= {"rule.channel_bounds.min", "rule.weekly_bounds.min"} and not grouped


def floors_of(problem: Problem) -> Floors:
    """What the rules of a demand state about every channel."""
    numbers = range(len(problem.channels))
    return Floors(problem, tuple(_lows(problem, n) for n in numbers), tuple(_highs(problem, n) for n in numbers))


def _lows(problem: Problem, number: int) -> Stated:
    ask, name = problem.ask, problem.channels[number]
    runs = float(problem.running.active[number].sum()) / 7.0
    out: list[tuple[float | None, str]] = [
        (ask.bounds[name].low if name in ask.bounds else None, "channel_bounds"),
        (_times(ask.shares[name].low, problem.budget) if name in ask.shares else None, "shares"),
        (ask.locks.get(name), "locks"),
        (_times(ask.weekly_bounds[name].low, runs) if name in ask.weekly_bounds else None, "weekly_bounds"),
        (ask.running.get(name) if ask.on_top and ask.running is not None else None, "running_floor"),
        (sum(one.price for one in ask.packages if one.must and one.channel == name) or None, "packages"),
    ]
    return tuple((amount, f"rule.{rule}.min") for amount, rule in out if amount is not None and amount > 0)


def _highs(problem: Problem, number: int) -> Stated:
    ask, name = problem.ask, problem.channels[number]
    runs = float(problem.running.active[number].sum()) / 7.0
    packaged = any(one.channel == name for one in ask.packages)  # its money is not bounded by weeks or days
    out: list[tuple[float | None, str]] = [
        (ask.bounds[name].high if name in ask.bounds else None, "channel_bounds"),
        (_times(ask.shares[name].high, problem.budget) if name in ask.shares else None, "shares"),
        (ask.locks.get(name), "locks"),
        (_held(problem, name) if name in ask.held else None, "hold_flagged"),
    ]
    if not packaged:
        weekly = ask.weekly_bounds.get(name)
        out.append((_times(weekly.high, runs) if weekly is not None else None, "weekly_bounds"))
        out.append((_ramped(problem, number), "ramp"))
    stated = tuple((amount, f"rule.{rule}.max") for amount, rule in out if amount is not None)
    return (*stated, (0.0, "noun.days")) if runs <= 0 and not packaged else stated


def _times(amount: float | None, factor: float) -> float | None:
    return None if amount is None else amount * factor


def _held(problem: Problem, name: str) -> float:
    ask = problem.ask
    if ask.running is not None:
        return ask.running.get(name, 0.0)
    days = float(problem.running.active[problem.number_of[name]].sum())
    return problem.curves[name].recent * days / 7.0


def _ramped(problem: Problem, number: int) -> float | None:
    """The most a channel reaches when every step rises as fast as its ramp allows."""
    name = problem.channels[number]
    change, now = problem.ask.ramp.get(name), problem.curves[name].recent / 7.0
    if change is None or now <= 0:
        return None
    total, rate = 0.0, now
    for cell in problem.of_channel[number]:
        rate *= 1.0 + change
        total += rate * float(problem.running.active[cell])
    return total
