"""Decides how a request that no plan can meet is explained: the cheapest repair in money, then the proof.

money rules contradict   -> elastic programme: every conflict, the least money that mends it, a smallest proof
only whole numbers do    -> the same with switches and packages kept whole
neither                  -> a target is out of reach of the curves: the most that can be reached
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import DemandError
from engine.messages import Message, Value
from optimizer.infeasible.loosened import Loosened, loosened, whole_number
from optimizer.infeasible.proof import proof_lines
from optimizer.infeasible.reach import out_of_reach
from optimizer.infeasible.sums import sum_conflicts
from optimizer.model import Posed
from optimizer.planning import pose_model
from optimizer.problem import Problem
from optimizer.solve.nearest import Repair, cheapest_repair
from optimizer.wording import RELATIVE, rule_values, written


def check_sums(problem: Problem) -> None:
    """Arithmetic that needs no solver first. Raises DemandError with every conflict, then the cheapest repair."""
    conflicts = sum_conflicts(problem)
    if conflicts:
        raise explain_infeasible(pose_model(problem), conflicts)


def explain_infeasible(posed: Posed, conflicts: Sequence[Message] = ()) -> DemandError:
    """Why no plan meets the request, as an error whose details are the steps of the cheapest repair and its proof.

    ``conflicts`` are those that arithmetic has found already; they are told first.
    """
    problem, loose = posed.problem, loosened(posed)
    repairs = cheapest_repair(loose.rules, loose.bending, loose.weight)
    proof = proof_lines(problem, loose) if repairs else []
    if not repairs and loose.integer.any():
        repairs = cheapest_repair(loose.rules, loose.bending, loose.weight, loose.integer)
        proof = [Message("optimizer.proof.whole")] if repairs else []
    if not repairs and conflicts:
        return DemandError("optimizer.infeasible.heading", conflicts, count=len(conflicts))
    if not repairs:
        details = out_of_reach(posed)
        if not details:
            return DemandError("optimizer.infeasible.unsolved")
        return DemandError("optimizer.infeasible.heading", details, count=len(details))
    steps = [_step(problem, loose, repair) for repair in repairs]
    money = sum(
        abs(repair.amount) * float(loose.row_unit[repair.row] * loose.money[repair.row])
        for repair in repairs
        if not whole_number(loose.rules.rows[repair.row])
    )
    heading = Message("optimizer.infeasible.repair", {"total": written(money, problem.currency)})
    if money <= 0:
        heading = Message("optimizer.infeasible.repair_choices", {"count": len(repairs)})
    return DemandError(
        "optimizer.infeasible.heading", [*conflicts, heading, *steps, *proof], count=len(conflicts) or len(steps)
    )


def _step(problem: Problem, loose: Loosened, repair: Repair) -> Message:
    """One step of the repair, in the words of its rule."""
    name = loose.rules.rows[repair.row]
    side = "max" if repair.amount > 0 else "min"
    give = abs(repair.amount) * float(loose.row_unit[repair.row])
    values: dict[str, Value] = dict(rule_values(problem, name, side, loose.cells[repair.row]))
    if name.constraint == "packages":
        package = problem.ask.packages[int(name.index[-1])]
        values |= {"package": package.name, "amount": written(package.price, problem.currency)}
        return Message("optimizer.repair.package", values)
    if whole_number(name):
        values |= {"amount": f"{round(give) or 1:d}"}
    else:
        relative = name.constraint in RELATIVE
        each = float(loose.money[repair.row]) if relative else 1.0
        values |= {"amount": written(give * each, problem.currency)}
    if name.constraint in RELATIVE:
        return Message("optimizer.repair.ease", values)
    return Message(f"optimizer.repair.{'raise' if side == 'max' else 'lower'}", values)
