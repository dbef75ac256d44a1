"""What waits is counted without being read, and the most money comes first."""

from __future__ import annotations

from engine.store.account import AccountStore
from tests.store.test_recommendations import DAY, mei, raised, step

__all__ = ["mei"]


def test_piles_count_what_stands_alike_and_the_most_money_comes_first(mei: AccountStore) -> None:
    lives = mei.recommendations
    alert = raised("d", action="alert", needs_approval=False, platform="line", stake=9)
    said = [raised("a"), raised("b", stake=2000), raised("c", stake=0.25), alert]
    lives.keep(said, DAY)
    lives.take(said[1].id, step("approved"))
    assert [(p.state, p.platform, p.needs_approval, p.count, p.stake) for p in lives.piles("open", "approved")] == [
        ("approved", "meta", True, 1, 2000),
        ("open", "line", False, 1, 9),
        ("open", "meta", True, 2, 100.75),
    ]
    assert [one.entity[-1] for one in lives.by_stake(9, "open", "approved")] == ["b", "a", "d", "c"]
    assert [one.entity[-1] for one in lives.by_stake(1, "open", needs_approval=True)] == ["a"]
    assert (lives.piles("applied"), lives.by_stake(5, "applied")) == ([], [])
