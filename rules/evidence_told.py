"""Decides which numbers stand behind a flag, and how they are told: as JSON, missing and endless ones as null.

A night may flag tens of thousands. So the numbers of all flags of a rule are taken out of their columns at once, and
the document of a flag is put together when somebody reads or keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rules.condition_form import Test, tests_of
from rules.conditions import COMPARE, right_sides
from rules.entities import EPOCH, Ints
from rules.flags import Flags, least_e_value
from rules.pack import MINIMUMS, RulePack
from rules.peer_members import Peers
from rules.plain import plain_all
from rules.signals import SignalTable
from rules.told_signals import told_words
from rules.vocabulary import signals

SUMS = ("spend", "impressions", "clicks", "conversions")


class _Comparison:
    """One comparison of a rule, over its flags."""

    def __init__(self, test: Test, table: SignalTable, at: Ints) -> None:
        left, of = table.columns[test.metric][at], signals()[test.metric]
        self._metric, self._op, self._value = test.metric, test.op, plain_all(left)
        self._threshold: list[Any]
        if isinstance(test.value, tuple):
            met = (left >= test.value[0]) & (left <= test.value[1])
            self._threshold = [list(test.value)] * len(at)
        else:
            right = right_sides(test, table.columns, at)
            self._threshold = plain_all(right)
            met = COMPARE[test.op](left, right)
        self._met: list[bool] = met.tolist()
        self._above, self._below = (
            (part, plain_all(table.columns[part][at])) if part else None for part in (of.numerator, of.denominator)
        )

    def told(self, number: int) -> dict[str, Any]:
        above, below = self._above, self._below
        return {
            "metric": self._metric,
            "value": self._value[number],
            "op": self._op,
            "threshold": self._threshold[number],
            "met": self._met[number],
            "numerator": above and {"metric": above[0], "value": above[1][number]},
            "denominator": below and {"metric": below[0], "value": below[1][number]},
        }


class Numbers:
    """The numbers behind the flags of one rule on one level, which are counted from 0."""

    def __init__(self, pack: RulePack, table: SignalTable, found: Flags, rows: Ints) -> None:
        counted, asked = found.counted, pack.evidence
        self.spend: list[float] = table.columns["spend"][rows].tolist()
        self._comparisons = [_Comparison(test, table, rows) for test in tests_of(pack.when)]
        self._sums = {name: plain_all(table.columns[name][rows]) for name in SUMS}
        self._same = {
            "method": asked.method,
            "guards_passed": [*(n for n in (*MINIMUMS, "min_peers") if getattr(pack.guards, n)), *pack.guards.skip_if],
            "judged": found.judged,
        }
        self._weighed = None if asked.method == "none" else _Weighed(pack, found, rows)
        self._peers = None if counted.peers is None else Peers(counted, counted.peers, rows)
        self._target = None if counted.expected is None else _target(counted, rows)
        reads_told = any(signals()[name].needs == "states" for name in pack.metrics)
        self._told = told_words(table.told, rows) if reads_told and table.told is not None else None

    def conditions(self, number: int) -> list[dict[str, Any]]:
        """Every comparison of the rule with its numbers."""
        return [one.told(number) for one in self._comparisons]

    def evidence(self, number: int) -> dict[str, Any]:
        """Every number behind one flag, JSON-ready."""
        sums = {name: values[number] for name, values in self._sums.items() if values[number] is not None}
        out: dict[str, Any] = {"conditions": self.conditions(number), "sums": sums} | self._same
        if self._weighed is not None:
            out |= self._weighed.told(number)
        if self._peers is not None:
            out["peers"] = self._peers.told(number)
        if self._target is not None:
            out["target"] = {name: values[number] for name, values in self._target.items()}
        if self._told is not None:
            out["told"] = self._told[number]
        return out


class _Weighed:
    """How the method weighed the flags: on which days and numbers, how sure it is, and which bars were passed."""

    def __init__(self, pack: RulePack, found: Flags, at: Ints) -> None:
        proof, counted = found.proof, found.counted
        sides = (found.sure, found.false_rate, proof.log_e, found.rank)
        self._sure, self._chance, self._log_e, self._rank = (plain_all(values[at]) for values in sides)
        self._certain: list[bool] = found.certain[at].tolist()
        self._least_e, self._fdr = least_e_value(pack), pack.evidence.fdr
        self._start, self._end = (
            (EPOCH + timedelta(days=day)).isoformat() for day in (counted.first_day, counted.last_day)
        )
        self._numbers = [(name, plain_all(values[at])) for name, values in proof.counted.items()]

    def told(self, number: int) -> dict[str, Any]:
        return {
            "probability": self._sure[number],
            "false_rate": self._chance[number],
            "log_e": self._log_e[number],
            "least_e": self._least_e,
            "fdr": self._fdr,
            "fdr_rank": self._rank[number],
            "certain": self._certain[number],
            "counted": {
                "start": self._start,
                "end": self._end,
                "numbers": {name: values[number] for name, values in self._numbers},
            },
        }


def _target(counted: SignalTable, at: Ints) -> dict[str, Sequence[Any]]:
    """What a conversion may cost, and where that comes from."""
    due = counted.expected
    if due is None:
        return {}
    return {
        "cpa": plain_all(due.target_cpa[at]),
        "given": due.given[at].tolist(),
        "learned_from_conversions": plain_all(due.conversions_behind[at]),
        "reported_share": plain_all(due.reported_share[at]),
        "lag_basis": [due.lag[number].basis for number in at.tolist()],
        "lag_days_seen": [due.lag[number].days_seen for number in at.tolist()],
    }
