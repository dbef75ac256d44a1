"""Decides how a request that no plan can meet is explained: the cheapest repair in money, then the proof.

money rules contradict   -> elastic programme: every conflict, the least money that mends it, a smallest proof
only whole numbers do    -> the same with switches and packages kept whole
neither                  -> a target is out of reach of the curves: the most that can be reached
"""

from __future__ import annotations

from engine.errors import DemandError
from engine.messages import Message, Value
from optimizer.infeasible.loosened import Loosened, loosened, whole_number
from optimizer.infeasible.proof import proof_lines
from optimizer.infeasible.reach import out_of_reach
from optimizer.model import Posed
from optimizer.problem import Problem
from optimizer.solve.nearest import Repair, cheapest_repair
from optimizer.wording import rule_values, written


def explain_infeasible(posed: Posed) -> DemandError:
    """Why no plan meets the request, as an error whose details are the steps of the cheapest repair and its proof."""
    problem, loose = posed.problem, loosened(posed)
    repairs = cheapest_repair(loose.rules, loose.bending, loose.weight)
    proof = proof_lines(problem, loose) if repairs else []
    if not repairs and loose.integer.any():
        repairs = cheapest_repair(loose.rules, loose.bending, loose.weight, loose.integer)
        proof = [Message("optimizer.proof.whole")] if repairs else []
    if not repairs:
        details = out_of_reach(posed)
        if not details:
            return DemandError("optimizer.infeasible.unsolved")
        return DemandError("optimizer.infeasible.heading", details, count=len(details))
    steps = [_step(problem, loose, repair) for repair in repairs]
    money = sum(
        abs(repair.amount) * float(loose.row_unit[repair.row])
        for repair in repairs
        if not whole_number(loose.rules.rows[repair.row])
    )
    heading = Message("optimizer.infeasible.repair", {"total": written(money, problem.currency)})
    if money <= 0:
        heading = Message("optimizer.infeasible.repair_choices", {"count": len(repairs)})
    return DemandError("optimizer.infeasible.heading", [heading, *steps, *proof], count=len(steps))


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
        values |= {"amount": written(give, problem.currency)}
    return Message(f"optimizer.repair.{'raise' if side == 'max' else 'lower'}", values)
