"""Decides what ``adcue solve`` takes and how a solved problem is told: what it brings and how sure that is, first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import facts, out, progress, say, say_json, say_wrapped, table
from api.cli.words import language, word

if TYPE_CHECKING:
    from api.services.solving import SolvedFile
    from engine.messages import Value
    from optimizer.doors.solution import Solution
    from optimizer.frontier import Frontier

MOST_ROWS, MOST_RULES = 15, 10
ROUNDING = 1e-12  # a relative gap that adding up alone can leave


def solve(
    file: Annotated[Path, typer.Argument(help=word("solve.file"), metavar="PROBLEM.json")],
    tolerance: Annotated[float | None, typer.Option(help=word("solve.tolerance"), min=1e-12, max=0.5)] = None,
    frontier: Annotated[int | None, typer.Option(help=word("solve.frontier"), min=2, max=1000)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Solves a problem file with proof and prints the plan."""
    from api.services.solving import solve_problem

    with progress(word("solve.progress")):
        solved = solve_problem(file, tolerance=tolerance, frontier=frontier)
    if as_json:
        say_json(solved.as_dict())
    else:
        tell_solved(solved)


def tell_solved(solved: SolvedFile) -> None:
    """The conclusion, the largest spends, the rules that bind, what is left over, and what it took."""
    solution = solved.solution
    say_wrapped(headline(solution), "bold")
    out().print(_spends(solution))
    running = int((solution.spend > 0).sum())
    if running > MOST_ROWS:
        say(word("solve.more", count=running - MOST_ROWS), "dim")
    _tell_rules(solution)
    if solution.unspent:
        reason = "limits" if any(one.side == "max" for one in solution.held) else "flat"
        say_wrapped(word(f"solve.unspent.{reason}", amount=figure(solution.unspent)), "yellow")
    if solved.frontier is not None:
        _tell_frontier(solved.frontier)
    taken = {
        word("solve.how"): word(f"solve.how.{solution.answer.how}"),
        word("solve.seconds"): f"{solution.seconds:.3f} / {solved.seconds:.3f}",
        word("solve.memory"): f"{solved.peak_memory_mb:,.0f} MB",
    }
    out().print(facts(taken))


def headline(solution: Solution) -> str:
    """One sentence: the budget, what the plan brings, and how much more any plan could."""
    values: dict[str, Value] = {
        "name": solution.file.name,
        "allocated": figure(solution.allocated),
        "budget": figure(solution.file.ask.budget),
        "count": int((solution.spend > 0).sum()),
        "objective": figure(solution.objective),
        "bound": figure(solution.bound),
        "gap": f"{100 * solution.gap:.2g}" if solution.gap > ROUNDING else "0",
    }
    return word("solve.headline", **values)


def figure(value: float) -> str:
    """A number of any scale with six digits that count, grouped where it is of a size that people read."""
    size = abs(value)
    if size == 0:
        return "0"
    if not 1e-3 <= size < 1e15:
        return f"{value:.6g}"
    digits = max(0, 6 - len(str(int(size)))) if size >= 1 else 6
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spends(solution: Solution) -> object:
    worth = solution.posed.task.banks[0].value(solution.spend)
    columns = [
        (word("solve.column.channel"), "left"),
        (word("solve.column.spend"), "right"),
        (word("solve.column.share"), "right"),
        (word("solve.column.response"), "right"),
    ]
    order = [at for at in (-solution.spend).argsort(kind="stable").tolist() if solution.spend[at] > 0][:MOST_ROWS]
    total = solution.allocated or 1.0
    rows = [
        (
            solution.file.channels[at],
            figure(float(solution.spend[at])),
            f"{100 * solution.spend[at] / total:.1f}%",
            figure(float(worth[at])),
        )
        for at in order
    ]
    for package, taken in zip(solution.file.ask.packages, solution.bought, strict=True):
        if taken:
            (results,) = package.worth.values()
            rows.append((package.name, figure(package.price), f"{100 * package.price / total:.1f}%", figure(results)))
    return table(columns, rows)


def _tell_rules(solution: Solution) -> None:
    from engine.messages import Message, render
    from optimizer.wording import rule_values

    problem = solution.posed.problem
    held = solution.held
    for one in held[:MOST_RULES]:
        numbers = [key for key in one.row.index if isinstance(key, int)]
        whole = one.row.constraint in ("total_budget", "active_channels", "groups", "ratios")
        if one.row.constraint == "packages":
            numbers = [problem.number_of[problem.ask.packages[numbers[0]].channel]]
        touched = [] if whole or not numbers else [(numbers[0], 0)]
        values = rule_values(problem, one.row, one.side, touched)
        values |= {"limit": figure(one.limit), "price": figure(one.price)}
        told = render(Message(f"optimizer.solution.held_{one.side}", values), language())
        say_wrapped(told, indent=2, hang=2)
    if len(held) > MOST_RULES:
        say(word("solve.more_rules", count=len(held) - MOST_RULES), "dim")
    if held and solution.answer.local:
        say_wrapped(word("solve.local"), "dim", indent=2, hang=2)


def _tell_frontier(line: Frontier) -> None:
    columns = [(word(f"solve.frontier.{name}"), "right") for name in ("budget", "objective", "marginal", "gap")]
    rows = [
        (figure(point.budget), figure(point.objective), figure(point.marginal), f"{100 * point.gap:.2g}%")
        for point in line.points
    ]
    out().print(table(columns, rows))
