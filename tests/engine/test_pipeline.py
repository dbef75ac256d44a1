"""Stages run in order over one state and are each timed and told."""

from __future__ import annotations

from dataclasses import dataclass

from engine.pipeline import run_stages


@dataclass
class _Add:
    name: str
    value: int

    def run(self, state):
        return (*state, self.value)


def test_stages_run_in_order_and_are_told():
    told = []
    state, times = run_stages([_Add("a", 1), _Add("b", 2)], (), lambda *step: told.append(step))
    assert state == (1, 2)
    assert told == [("a", 0, 2), ("b", 1, 2)]
    assert [t.name for t in times] == ["a", "b"] and all(t.seconds >= 0 for t in times)


def test_an_identical_finding_has_an_identical_id():
    from engine.messages import Message
    from engine.vocabulary import Finding, Level, Severity, Subject

    def finding(spend):
        subject = Subject(Level.AD, "meta", {"ad_id": "1"}, {"ad_name": "影片A"})
        return Finding("low_ctr", subject, Severity.WARN, Message("rules.x", {"spend": spend}))

    assert finding(5).id == finding(5).id != finding(6).id
