"""Chance withholds a fixed share, the same on every run, whatever rule, entity or episode it is."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.vocabulary import content_hash
from rules.effect.assignment import is_withheld

MANY = 20_000


@pytest.mark.parametrize("share", [0.1, 0.15, 0.2])
@pytest.mark.parametrize("varied", ["rule", "entity", "episode"])
def test_the_share_is_kept_whatever_varies(share, varied):
    fixed = {"rule": "low_ctr", "entity": "ad7", "episode": "2026-03-01"}
    drawn = [is_withheld("a", **{**fixed, varied: f"{varied}{i}"}, share=share) for i in range(MANY)]
    assert abs(np.mean(drawn) - share) < 4 * np.sqrt(share * (1 - share) / MANY)


def test_a_later_episode_is_drawn_anew():
    first, second = (
        np.array([is_withheld("a", "r", f"ad{i}", episode, 0.2) for i in range(MANY)])
        for episode in ("2026-03-01", "2026-05-01")
    )
    assert abs(np.mean(first & second) - 0.04) < 0.006


def test_a_rerun_in_another_process_gives_the_same_arms():
    asked = "[is_withheld('帳戶', 'low_ctr', f'ad{i}', '2026-03-01', 0.1) for i in range(200)]"
    told = subprocess.run(
        [sys.executable, "-c", f"from rules.effect.assignment import is_withheld; print({asked})"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    here = [is_withheld("帳戶", "low_ctr", f"ad{i}", "2026-03-01", 0.1) for i in range(200)]
    assert told == str(here) and any(here) and not all(here)


def test_a_larger_share_keeps_whoever_a_smaller_one_withheld():
    small, large = ([is_withheld("a", "r", f"ad{i}", "e", share) for i in range(2_000)] for share in (0.1, 0.2))
    assert all(b for a, b in zip(small, large, strict=True) if a) and sum(large) > sum(small)


def test_the_edges():
    assert not is_withheld("a", "r", "ad", "e", 0.0)
    with pytest.raises(ValueError, match=r"between 0 and 0\.5"):
        is_withheld("a", "r", "ad", "e", 0.6)
    drawn = int(content_hash(["a", "r", "ad", "e"])[:12], 16) / 16**12
    assert drawn > 0.5 or is_withheld("a", "r", "ad", "e", 0.5)
