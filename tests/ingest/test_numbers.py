"""Numbers keep their value in every style people and platforms write them in."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ingest.numbers import read_numbers, to_micros, too_large, weigh_marks

MISSING = frozenset(("", "--", "-"))
AMOUNTS = st.decimals(min_value=-10_000_000_000, max_value=10_000_000_000, places=2)


def point(value: Decimal) -> str:
    return f"{value:,.2f}"


def comma(value: Decimal) -> str:
    return point(value).translate(str.maketrans(",.", ".,"))


STYLES = {
    "plain": (lambda v: f"{v:.2f}", "."),
    "thousands": (point, "."),
    "quoted sign": (lambda v: f"NT${point(v)}" if v >= 0 else f"-NT${point(-v)}", "."),
    "sign and space": (lambda v: f"NT$ {point(v)}", "."),
    "code behind": (lambda v: f"{point(v)} TWD", "."),
    "brackets": (lambda v: point(v) if v >= 0 else f"({point(-v)})", "."),
    "full width": (lambda v: point(v).translate(str.maketrans("0123456789,.", "０１２３４５６７８９，．")), "."),
    "apostrophes": (lambda v: point(v).replace(",", "'"), "."),
    "decimal comma": (lambda v: f"{v:.2f}".replace(".", ","), ","),
    "dots and comma": (comma, ","),
    "spaces and comma": (lambda v: comma(v).replace(".", "\u00a0"), ","),
}


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("style", STYLES)
@given(values=st.lists(AMOUNTS, min_size=1, max_size=8))
def test_a_written_amount_comes_back_exactly(style, values):
    write, mark = STYLES[style]
    numbers = read_numbers(pa.array([write(value) for value in values]), mark, MISSING, True)
    assert numbers.valid.all() and not numbers.bad.any()
    assert to_micros(numbers).tolist() == [int(value * 1_000_000) for value in values]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(AMOUNTS, st.none()), min_size=1, max_size=8))
def test_missing_is_never_zero(values):
    texts = [" --" if value is None else f"{value:.2f}" for value in values]
    numbers = read_numbers(pa.array(texts), ".", MISSING, True)
    assert numbers.valid.tolist() == [value is not None for value in values]


@settings(max_examples=100, deadline=None)
@given(st.decimals(min_value=0, max_value=10**6, places=9))
def test_more_places_than_a_micro_round_half_even(value):
    numbers = read_numbers(pa.array([f"{value:f}"]), ".", MISSING, True)
    assert to_micros(numbers)[0] == int((value * 1_000_000).to_integral_value(ROUND_HALF_EVEN))


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3",
        "1,23",
        "12,34,567",
        "1,2345",
        "abc",
        "5%",
        "<10%",
        "--5--",
        "nan",
        "inf",
        "1 2",
        "0x10",
        "NT$",
        "5 USD TWD",
    ],
)
def test_what_is_no_number_is_bad(text):
    numbers = read_numbers(pa.array([text, "1"]), ".", MISSING, True)
    assert numbers.bad.tolist() == [True, False]


@pytest.mark.parametrize("text", ["1e300", "99999999999999"])
def test_a_number_that_cannot_be_kept_is_bad_or_too_large(text):
    numbers = read_numbers(pa.array([text]), ".", MISSING, True)
    assert numbers.bad[0] or too_large(numbers)[0]


@pytest.mark.parametrize(
    ("texts", "is_count", "proof"),
    [
        (["1", "20"], False, (False, False, False)),
        (["1,234.5"], False, (True, False, False)),
        (["1.234,5"], False, (False, True, False)),
        (["0,5"], False, (False, True, False)),
        (["1.5"], False, (True, False, False)),
        (["1,234,567"], False, (True, False, False)),
        (["1.234.567"], False, (False, True, False)),
        (["1,234", "5"], False, (False, False, True)),
        (["1,234", "5"], True, (True, False, False)),
        (["1.234", "5"], True, (False, True, False)),
        (["1.234"], False, (False, False, False)),
    ],
)
def test_what_a_column_proves_of_its_decimal_mark(texts, is_count, proof):
    found = weigh_marks(pa.array(texts), is_count)
    assert (found.point, found.comma, found.either) == proof


def test_a_proof_far_down_the_column_counts():
    column = pa.array(["1,234"] * 5000 + ["1,5"])
    assert weigh_marks(column, False).comma
    assert np.isclose(read_numbers(column, ",", MISSING, True).values[0], 1.234)
