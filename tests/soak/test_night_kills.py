"""Nights killed at any moment lose nothing and do nothing twice; once done they are those that nobody disturbed."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.soak.conftest import database
from tests.soak.nightly import Nights, mornings
from tests.soak.same_nights import check_over, check_whole, kept, told

SEED = 20261127
MOST_A_NIGHT = 9
KILLS = int(os.environ.get("ADCUE_SOAK_KILLS", "50"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """Where the store of the nights that are killed lies."""
    (tmp_path / "data").mkdir()
    return database(request, tmp_path / "data", tmp_path.name)


@pytest.mark.soak
def test_nights_that_are_killed_come_to_what_undisturbed_ones_do(starter, url, tmp_path, written, record_property):
    """A kill comes before a statement drawn among those of a night, or after a part drawn of the time that it takes.

    The undisturbed ones are in SQLite, whatever the others are in.
    """
    rng, begun, days, told_of = random.Random(SEED), time.monotonic(), mornings(), 0
    (tmp_path / "twin").mkdir()
    twin = Nights(starter, tmp_path / "twin", f"sqlite:///{tmp_path / 'twin' / 'adcue.sqlite3'}")
    nights = Nights(starter, tmp_path / "data", url)
    for one in (twin, nights):
        one.set_up()
    while nights.killed < KILLS:
        day = next(days)
        for one in (twin, nights):
            one.bring(written, day)
        started = time.monotonic()
        assert not twin.run(day)
        lasting = time.monotonic() - started
        for _ in range(min(rng.randint(1, MOST_A_NIGHT), KILLS - nights.killed)):
            if rng.random() < 0.6:
                nights.run(day, statement=rng.randint(1, twin.statements))
            else:
                nights.run(day, seconds=rng.uniform(0, lasting))
            check_whole(nights.url)
        assert not nights.run(day)
        assert told(nights.said) == told(twin.said)
        told_of += 1
    assert kept(nights.url, nights.heads) == kept(twin.url, twin.heads)
    check_over(nights.url)
    said = {"kills": nights.killed, "nights": told_of, "seconds": round(time.monotonic() - begun, 1)}
    record_property("soak", str(said))
    print(said)
