"""Rows of one entity and day are added up before any window is: sums, what is known and what is mixed stay the same."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.cells import cells_of
from rules.entities import LevelFacts
from rules.windows import sums_of

MISSING = float("nan")
ROW = st.tuples(
    st.integers(0, 2),
    st.integers(0, 4),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([MISSING, 0.0, 3.0, 7.0]),
    st.sampled_from([MISSING, 0.0, 1.0]),
)


def _facts(rows):
    rows = sorted(rows, key=lambda row: row[1])
    entity, day, indicator, shown, got = (np.array(column) for column in zip(*rows, strict=True))
    values = {"impressions": shown.astype(float), "conversions": got.astype(float)}
    return LevelFacts("campaign", np.zeros((3, 1)), entity, day, day, indicator, values, reach=shown.astype(float))


@settings(max_examples=60)
@given(st.lists(ROW, min_size=1, max_size=40), st.integers(0, 4), st.integers(0, 4))
def test_windows_of_cells_add_up_to_those_of_rows(rows, first, last):
    facts = _facts(rows)
    cells = cells_of(facts)
    assert len(cells.day) <= len(facts.day)
    assert cells.single_days
    assert (np.diff(cells.day) >= 0).all()
    for name in ("impressions", "conversions"):
        of_rows, of_cells = (
            sums_of(one, (one.day >= first) & (one.day <= last), [name])[name] for one in (facts, cells)
        )
        np.testing.assert_array_equal(of_rows, of_cells)
    np.testing.assert_allclose(np.nansum(cells.reach), np.nansum(facts.reach))


def test_rows_of_several_days_stay_apart():
    facts = _facts([(0, 1, -1, 3.0, 1.0)] * 10)
    longer = LevelFacts("campaign", facts.entities, facts.entity, facts.day, facts.day + 1, facts.indicator, {})
    assert cells_of(longer) is longer
