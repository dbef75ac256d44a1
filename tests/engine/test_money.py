"""Money is exact, carries its currency and is never made from a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.money import Money

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=6)


@given(AMOUNTS, AMOUNTS)
def test_sums_are_exact(left, right):
    assert (Money.of(left, "TWD") + Money.of(right, "TWD")).amount == left + right
    assert (Money.of(left, "TWD") - Money.of(right, "TWD")).amount == left - right


def test_float_is_refused():
    with pytest.raises(TypeError):
        Money.of(0.1, "TWD")  # type: ignore[arg-type]


def test_currencies_do_not_mix():
    with pytest.raises(ValueError, match="TWD and USD"):
        Money.of(1, "TWD") + Money.of(1, "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "booked"),
    [("1234.5", "TWD", "1234"), ("1235.5", "TWD", "1236"), ("0.125", "USD", "0.12"), ("-7.5", "TWD", "-8")],
)
def test_booked_in_the_currency_s_step(amount, currency, booked):
    assert Money.of(amount, currency).booked().amount == Decimal(booked)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("1234567", "TWD", "NT$1,234,567"), ("-5", "TWD", "-NT$5"), ("0.5", "USD", "US$0.50"), ("3", "SEK", "SEK 3")],
)
def test_written_as_people_write_it(amount, currency, text):
    assert str(Money.of(amount, currency)) == text


def test_fee_and_tax_are_exact():
    media = Money.of("100001", "TWD")
    assert media.times(Decimal("0.15")).amount == Decimal("15000.15")
    assert (media + media.times(Decimal("0.15"))).times(Decimal("0.05")).booked().amount == Decimal("5750")
