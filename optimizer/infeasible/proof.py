"""Decides which rules are shown as the proof that no plan exists: a smallest set that contradicts itself."""

from __future__ import annotations

from engine.messages import Message, Value
from optimizer.infeasible.loosened import Loosened, whole_number
from optimizer.problem import Problem
from optimizer.solve.contradiction import contradiction
from optimizer.wording import rule_values, written

MOST_LINES = 8


def proof_lines(problem: Problem, loose: Loosened) -> list[Message]:
    """A heading and one line a rule, rows of one rule taken together; nothing where the solver finds no such set."""
    rows = contradiction(loose.rules)
    rules = loose.rules
    together: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row, side in rows:
        if loose.bending[row]:
            together.setdefault((rules.rows[row].constraint, side), []).append((row, side))
    if not together:
        return []
    lines = [Message("optimizer.proof.heading")]
    for (constraint, side), found in list(together.items())[:MOST_LINES]:
        limits = [_limit(loose, row, side) for row, _ in found]
        row = found[0][0]
        whole = whole_number(rules.rows[row])
        values: dict[str, Value] = dict(rule_values(problem, rules.rows[row], side, loose.cells[row]))
        values |= {"limit": f"{limits[0]:g}" if whole else written(limits[0], problem.currency)}
        if constraint in ("ratios", "pacing", "ramp", "packages", "min_if_active"):
            lines.append(Message("optimizer.proof.named", values))
        elif len(found) == 1:
            lines.append(Message("optimizer.proof.rule", values))
        else:
            values |= {"count": len(found), "limit": written(sum(limits), problem.currency)}
            lines.append(Message("optimizer.proof.rules", values))
    more = len(together) - MOST_LINES
    return [*lines, Message("optimizer.proof.more", {"count": more})] if more > 0 else lines


def _limit(loose: Loosened, row: int, side: str) -> float:
    limit = loose.rules.row_upper[row] if side == "max" else loose.rules.row_lower[row]
    return float(limit * loose.row_unit[row])
