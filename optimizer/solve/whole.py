"""Decides what row prices alone prove of a whole task: on concave envelopes where its curves are not concave."""

from __future__ import annotations

from optimizer.curves.bank import Bank
from optimizer.curves.curve import Array
from optimizer.solve.certificate import upper_bound
from optimizer.solve.envelope import EnvelopeBank
from optimizer.solve.refine import refine
from optimizer.solve.solving import is_concave, opened
from optimizer.solve.task import Task, scaled

WHOLE_GAP = 1e-6  # of the envelopes' programme whose prices are kept


def priced_bound(task: Task, prices: Array) -> float:
    """An upper bound on every plan of ``task`` (in its own units) from ``prices`` of its rows; needs no solver.

    Prices of any origin give a true bound; only good ones give a close one.
    """
    shrunk = scaled(task)
    inner, banks = _eased(shrunk.task)
    return upper_bound(inner, banks, prices * shrunk.rows / shrunk.unit).value * shrunk.unit


def whole_prices(task: Task) -> Array | None:
    """Row prices of the whole task's envelopes, for plans whose own prices hold on chosen branches only.

    None where the envelopes have no plan that could be priced.
    """
    shrunk = scaled(task)
    inner, banks = _eased(shrunk.task)
    touch = banks[0].touch if isinstance(banks[0], EnvelopeBank) else None
    found = refine(inner, banks, through=touch, exact=False, tolerance=WHOLE_GAP)
    return shrunk.prices(found.prices) if found.status == "optimal" else None


def _eased(task: Task) -> tuple[Task, list[Bank]]:
    """The scaled task as prices see it: cells with a jump may be anywhere up to it, curves are their envelopes."""
    if is_concave(task):
        return task, list(task.banks)
    low, high = task.rules.lower[task.at], task.rules.upper[task.at]
    return opened(task), [EnvelopeBank(bank, low, high, task.least) for bank in task.banks]
