"""Peers that ran alike before show the effect; a trend of the treated's own is told, not credited."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rules.effect.arms import EffectFaults
from rules.effect.did import PreTrend, did_of, pre_trend
from rules.effect.found import OUTCOMES
from rules.effect.panels import Panel, Stretch, matched
from tests.rules.effect import worlds

CTR = OUTCOMES["ctr"]


def panels(seed=1, **of):
    return worlds.account(np.random.default_rng(seed), withhold=False, **of).panels()


def steady(rates, shown=1_000.0, kinds="meta", periods=16):
    """Entities of these click rates, the same in every period."""
    table = np.full((len(rates), periods), shown)
    names = [f"e{i}" for i in range(len(rates))]
    return Panel(names, [kinds] * len(rates), table.sum(axis=1), table * np.asarray(rates)[:, None], table)


def test_the_value_is_the_difference_of_the_changes():
    treated = replace(steady(np.linspace(0.01, 0.02, 30)), volume=np.linspace(100, 400, 30))
    peers = replace(steady(np.linspace(0.02, 0.04, 90)), volume=np.linspace(100, 400, 90))
    treated.numerator[:, 12:] *= 1.5
    peers.numerator[:, 12:] *= 1.2
    said = did_of(treated, peers, worlds.STRETCH, CTR)
    assert said.value == pytest.approx(1.5 / 1.2 - 1)
    assert said.measured["drift"] == pytest.approx(0, abs=1e-9)


def test_the_flag_window_is_looked_at_by_nobody():
    treated, peers = panels()
    before = did_of(treated, peers, worlds.STRETCH, CTR)
    treated.numerator[:, worlds.BASELINE : worlds.BASELINE + worlds.FLAGGED] = 0
    assert did_of(treated, peers, worlds.STRETCH, CTR) == before


def test_an_action_is_seen_and_trusted_halfway():
    said = did_of(*panels(effect=0.3), worlds.STRETCH, CTR)
    assert said.low < 0.3 < said.high and said.low > 0
    assert (said.trust, said.because, said.shown) == ("medium", "parallel", "better")


def test_a_drift_of_the_treated_alone_lowers_the_trust():
    said = did_of(*panels(drift=-0.03), worlds.STRETCH, CTR)
    assert (said.trust, said.because) == ("low", "pre_trend")
    assert said.measured["drift"] < -0.15 and said.measured["drift_p"] < 0.1


def test_the_check_is_passed_only_where_a_drift_is_ruled_out():
    assert PreTrend(0.01, 0.05, 0.8).because == "parallel"
    assert PreTrend(0.01, 0.50, 0.9).because == "unseen_trend"
    assert PreTrend(0.18, 0.12, 0.13).because == "unseen_trend"
    assert PreTrend(0.15, 0.05, 0.003).because == "pre_trend"
    assert PreTrend(np.nan, np.nan, np.nan).because == "unseen_trend"


def test_too_short_a_baseline_tells_no_trend():
    said = did_of(*panels(), Stretch(3, worlds.BASELINE + worlds.FLAGGED), CTR)
    assert (said.because, said.trust) == ("unseen_trend", "low")


def test_a_drift_is_carried_on_to_the_middle_of_what_follows():
    treated, peers = (steady(np.full(30, 0.01)) for _ in range(2))
    treated.numerator[:] *= np.exp(0.02 * np.arange(16))
    rng = np.random.default_rng(1)
    peers.numerator[:] *= np.exp(0.001 * rng.standard_normal((30, 16)))
    found = pre_trend(treated, peers, worlds.STRETCH)
    assert found.drift == pytest.approx(0.02 * (13.5 - 4.5), abs=0.01)


def test_peers_are_near_in_volume_and_of_the_same_kind_whatever_their_outcome():
    treated = replace(steady([0.01, 0.01]), volume=[100.0, 10_000.0], kinds=["meta", "line"])
    rates, volumes = [0.05, 0.01, 0.01, 0.01], [110.0, 9_000.0, 100.0, 9_500.0]
    candidates = replace(steady(rates), volume=volumes, kinds=["meta", "line", "line", "meta"])
    own, peers = matched(treated, candidates, each=1)
    assert own.entities == ["e0", "e1"] and peers.entities == ["e0", "e1"]
    turned = replace(candidates, numerator=candidates.numerator[::-1])
    assert matched(treated, turned, each=1)[1].entities == ["e0", "e1"]


def test_a_peer_chosen_twice_counts_twice_and_one_without_peers_is_left_out():
    treated = replace(steady([0.01] * 3), volume=[100.0, 100.0, 100.0], kinds=["meta", "meta", "line"])
    own, peers = matched(treated, replace(steady([0.02]), volume=[90.0]), each=1)
    assert own.entities == ["e0", "e1"]
    assert peers.numerator[0, 0] == pytest.approx(2 * 20.0)


def test_below_twenty_on_a_side_nothing_is_said():
    treated = steady(np.full(12, 0.01))
    said = did_of(treated, steady(np.full(90, 0.01)), worlds.STRETCH, CTR)
    assert said.shown == "not_enough" and said.lacks.values["more_acted_on"] == 8
    nobody = did_of(treated, steady([], kinds="meta"), worlds.STRETCH, CTR)
    assert nobody.shown == "not_enough" and nobody.compared == 0


def test_panels_that_do_not_fit_are_refused_with_every_fault():
    treated, peers = panels()
    treated.numerator[3, 2] = np.nan
    short = Panel(peers.entities, peers.kinds[:-1], peers.volume, peers.numerator[:, :-1], peers.denominator)
    with pytest.raises(EffectFaults) as refused:
        did_of(treated, short, Stretch(12, 10), CTR)
    told = {(m.id.rsplit(".", 1)[1], m.values.get("arm"), m.values.get("column")) for m in refused.value.details}
    assert told == {
        ("cell", "treated", "numerator"),
        ("shape", "untreated", "kinds"),
        ("shape", "untreated", "numerator"),
        ("stretch", None, None),
    }
    assert treated.entities[3] in refused.value.text("en")
