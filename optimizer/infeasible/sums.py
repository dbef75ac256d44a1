"""Decides which contradictions of a request need no solver: sums of what is asked, each named with its amounts."""

from __future__ import annotations

from engine.messages import Message, Value
from optimizer.infeasible.floors import Floors, floors_of
from optimizer.problem import Problem
from optimizer.wording import written

TOLD_LOW = ("rule.channel_bounds.min", "rule.weekly_bounds.min")
TOLD_HIGH = ("rule.channel_bounds.max", "rule.shares.max", "rule.weekly_bounds.max")
SLACK = 1 + 1e-12  # relative: what rounding alone can add up to


def sum_conflicts(problem: Problem) -> list[Message]:
    """Every conflict that arithmetic alone shows, with its amounts."""
    floors = floors_of(problem)
    return [
        *_budget_conflicts(problem, floors),
        *_channel_conflicts(problem),
        *_pair_conflicts(problem, floors),
        *_group_conflicts(problem, floors),
        *_nested_conflicts(problem),
        *_count_conflicts(problem, floors),
        *_time_conflicts(problem, floors),
    ]


def _budget_conflicts(problem: Problem, floors: Floors) -> list[Message]:
    """Minimums of every kind against the budget."""
    total, currency = floors.total, problem.currency
    if total <= problem.budget * SLACK:
        return []
    values = {
        "sum": written(total, currency),
        "budget": written(problem.budget, currency),
        "short": written(total - problem.budget, currency),
    }
    kind = "minimums" if floors.plain else "floors"
    return [Message(f"optimizer.infeasible.{kind}_above_budget", values)]


def _time_conflicts(problem: Problem, floors: Floors) -> list[Message]:
    """Weekly and daily totals against the budget, the minimums and each other."""
    ask, currency = problem.ask, problem.currency
    days = sum(week.days for week in problem.weeks)
    out: list[Message] = []
    for kind, limit, count in (("weekly", ask.weekly, days / 7.0), ("daily", ask.daily, float(days))):
        if limit.low is not None and limit.low * count > problem.budget * SLACK:
            values = {
                "min": written(limit.low, currency),
                "weeks": f"{count:.4g}",
                "sum": written(limit.low * count, currency),
                "budget": written(problem.budget, currency),
                "short": written(limit.low * count - problem.budget, currency),
            }
            out.append(Message(f"optimizer.infeasible.{kind}_minimum_above_budget", values))
        if limit.high is not None and floors.total > limit.high * count * SLACK:
            values = {
                "max": written(limit.high, currency),
                "most": written(limit.high * count, currency),
                "sum": written(floors.total, currency),
            }
            out.append(Message(f"optimizer.infeasible.minimums_above_{kind}_maximum", values))
    pairs = (
        (ask.daily.low, ask.weekly.high, "daily_above_weekly"),
        (ask.weekly.low, ask.daily.high, "weekly_above_daily"),
    )
    for low, high, kind in pairs:
        weekly = (low or 0.0) * (7.0 if kind == "daily_above_weekly" else 1.0)
        most = (high if high is not None else float("inf")) * (1.0 if kind == "daily_above_weekly" else 7.0)
        if low is not None and weekly > most * SLACK:
            values = {"low": written(low, currency), "sum": written(weekly, currency), "high": written(most, currency)}
            out.append(Message(f"optimizer.infeasible.{kind}", values))
    return out


def _pair_conflicts(problem: Problem, floors: Floors) -> list[Message]:
    """A channel's least amount of one kind above its largest of another, where no sentence of its own exists."""
    currency, out = problem.currency, list[Message]()
    for number, name in enumerate(problem.channels):
        for low, low_rule in floors.lows[number]:
            for high, high_rule in floors.highs[number]:
                own_words = low_rule in TOLD_LOW and high_rule in TOLD_HIGH
                if own_words or low <= high * SLACK or low - high <= 1e-9:
                    continue
                values = {
                    "channel": name,
                    "low": written(low, currency),
                    "low_rule": low_rule,
                    "high": written(high, currency),
                    "high_rule": high_rule,
                    "short": written(low - high, currency),
                }
                out.append(Message("optimizer.infeasible.low_above_high", values))
    return out


def _group_conflicts(problem: Problem, floors: Floors) -> list[Message]:
    """Groups against the limits of their channels, and against themselves."""
    currency, numbers, out = problem.currency, problem.number_of, list[Message]()
    for group in problem.ask.groups:
        members = [numbers[name] for name in group.channels]
        lows = [group.money.low or 0.0, (group.share.low or 0.0) * problem.budget]
        highs = [high for high in (group.money.high, _times(group.share.high, problem.budget)) if high is not None]
        low, high = max(lows), min(highs, default=float("inf"))
        needed, room = floors.needed(members), floors.room(members)
        for kind, wanted, most in (
            ("group_min_above_max", low, high),
            ("group_min_above_channels", low, room),
            ("group_max_below_channels", needed, high),
        ):
            if wanted > most * SLACK and wanted - most > 1e-9:
                values = {
                    "group": group.name,
                    "low": written(wanted, currency),
                    "high": written(most, currency),
                    "short": written(wanted - most, currency),
                }
                out.append(Message(f"optimizer.infeasible.{kind}", values))
    return out


def _nested_conflicts(problem: Problem) -> list[Message]:
    """A group that needs more than a group around it allows."""
    currency, out = problem.currency, list[Message]()
    for group in problem.ask.groups:
        low = max(group.money.low or 0.0, (group.share.low or 0.0) * problem.budget)
        for other in problem.ask.groups:
            highs = [other.money.high, _times(other.share.high, problem.budget)]
            high = min((high for high in highs if high is not None), default=float("inf"))
            if other is group or not set(group.channels) <= set(other.channels) or low <= high * SLACK:
                continue
            values = {
                "group": group.name,
                "other": other.name,
                "low": written(low, currency),
                "high": written(high, currency),
                "short": written(low - high, currency),
            }
            out.append(Message("optimizer.infeasible.group_in_group", values))
    return out


def _times(share: float | None, budget: float) -> float | None:
    return None if share is None else share * budget


def _count_conflicts(problem: Problem, floors: Floors) -> list[Message]:
    """How many channels run against those that can, those that must, and what the cheapest ones take."""
    active, currency, out = problem.ask.active, problem.currency, list[Message]()
    able = [number for number in range(len(problem.channels)) if problem.of_channel[number]]
    must = [number for number in able if floors.low(number) > 0]
    if active.low is not None and active.low > len(able):
        out.append(Message("optimizer.infeasible.fewest_above_channels", {"count": int(active.low), "able": len(able)}))
    elif active.low is not None:
        least = sorted(floors.least_to_run(number) for number in able)
        cheapest = sum(least[: int(active.low)])
        if cheapest > problem.budget * SLACK:
            values: dict[str, Value] = {
                "count": int(active.low),
                "sum": written(cheapest, currency),
                "budget": written(problem.budget, currency),
                "short": written(cheapest - problem.budget, currency),
            }
            out.append(Message("optimizer.infeasible.fewest_too_dear", values))
    if active.high is not None and len(must) > active.high:
        values = {"count": int(active.high), "must": len(must)}
        out.append(Message("optimizer.infeasible.most_below_minimums", values))
    return out


def _channel_conflicts(problem: Problem) -> list[Message]:
    """A channel's minimum against its share cap and its weekly limits."""
    ask, currency = problem.ask, problem.currency
    lows = {name: limit.low for name, limit in ask.bounds.items() if limit.low is not None}
    out: list[Message] = []
    for number, name in enumerate(problem.channels):
        low = lows.get(name, 0.0)
        share = ask.shares.get(name)
        if share is not None and share.high is not None and low > share.high * problem.budget * (1 + 1e-12):
            values = {
                "channel": name,
                "min": written(low, currency),
                "share": f"{share.high:.4g}",
                "most": written(share.high * problem.budget, currency),
            }
            out.append(Message("optimizer.infeasible.minimum_above_share", values))
        weekly, runs = ask.weekly_bounds.get(name), float(problem.running.active[number].sum()) / 7.0
        if weekly is None:
            continue
        if weekly.high is not None and low > weekly.high * runs * (1 + 1e-12):
            values = {
                "channel": name,
                "min": written(low, currency),
                "weekly": written(weekly.high, currency),
                "most": written(weekly.high * runs, currency),
            }
            out.append(Message("optimizer.infeasible.minimum_above_weekly", values))
        bounds = ask.bounds.get(name)
        if weekly.low is not None and bounds is not None and bounds.high is not None:
            needed = weekly.low * runs
            if needed > bounds.high * (1 + 1e-12):
                values = {
                    "channel": name,
                    "weekly": written(weekly.low, currency),
                    "sum": written(needed, currency),
                    "max": written(bounds.high, currency),
                }
                out.append(Message("optimizer.infeasible.weekly_minimums_above_maximum", values))
    return out
