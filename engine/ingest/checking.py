"""Decides whether the totals a file states agree with the lines they add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from engine.ingest.faults import say
from engine.ingest.fields import MONEY, NOT_ADDITIVE, STORED
from engine.ingest.grid import Bools, Ints, Labels
from engine.ingest.measures import Measure
from engine.ingest.report import TotalCheck
from engine.ingest.totals import TotalLine, close_enough
from engine.messages import Message

_MICRO = Decimal(1_000_000)


def check_totals(
    totals: Sequence[TotalLine], measures: Mapping[str, Measure], rows: Ints, lists_part_only: bool
) -> tuple[tuple[TotalCheck, ...], list[Message]]:
    """Every stated figure beside its sum, and a warning for each total that does not agree.

    ``lists_part_only``: the report leaves lines out on purpose (rare search terms), so a larger total is expected.
    """
    checks: list[TotalCheck] = []
    warnings: list[Message] = []
    for total in totals:
        if total.covered is None:
            continue
        found = _compare(total, measures, rows)
        checks += found
        wrong = [check for check in found if not check.agrees]
        if not wrong:
            continue
        hidden = lists_part_only and all(abs(check.stated) >= abs(check.summed) for check in wrong)
        worst = wrong[0]
        warnings.append(
            say(
                "warn.total_hides" if hidden else "warn.total_differs",
                label=total.label or "–",
                row=worst.row,
                metric=worst.metric,
                stated=f"{worst.stated:f}",
                summed=f"{worst.summed:f}",
            )
        )
    return tuple(checks), warnings


def _compare(total: TotalLine, measures: Mapping[str, Measure], rows: Ints) -> list[TotalCheck]:
    lines = np.array(total.lines, dtype=np.int64)
    found = []
    for name in STORED:
        measure = measures.get(name)
        if measure is None or name in NOT_ADDITIVE or not measure.valid[lines].any() or total.covered is None:
            continue
        covered = total.covered & measure.valid
        if not covered.any():
            continue
        stated = exact_sum(name, measure, lines[measure.valid[lines]])
        summed = exact_sum(name, measure, covered)
        whole = np.issubdtype(measure.values.dtype, np.integer) and name not in MONEY
        agrees = close_enough(stated, summed, int(covered.sum()), whole)
        found.append(TotalCheck(total.label, int(rows[lines[0]]), name, stated, summed, agrees))
    return found


def exact_sum(name: str, measure: Measure, lines: Bools | Ints) -> Decimal:
    """The sum of some lines: money exact in units, counts whole, fractional results to a millionth."""
    values = measure.values[lines]
    if np.issubdtype(values.dtype, np.integer):
        total = Decimal(int(values.sum(dtype=np.int64)))
        return total / _MICRO if name in MONEY else total
    return Decimal(repr(round(float(np.sum(values)), 6)))


def sums_of(measures: Mapping[str, Measure], indicator: Labels) -> dict[str, Decimal]:
    """What each additive measure comes to over all lines; a measure nobody measured is left out.

    Conversions that count unlike things are not added: each kind has its own sum, ``conversions:KIND``.
    """
    sums: dict[str, Decimal] = {}
    for name in STORED:
        measure = measures.get(name)
        if measure is None or name in NOT_ADDITIVE or not measure.valid.any():
            continue
        kinds = np.unique(indicator.codes[measure.valid]) if name == "conversions" else ()
        if len(kinds) > 1:
            for code in kinds:
                lines = measure.valid & (indicator.codes == code)
                sums[f"conversions:{indicator.values[code]}"] = exact_sum(name, measure, lines)
        else:
            sums[name] = exact_sum(name, measure, measure.valid)
    return sums
