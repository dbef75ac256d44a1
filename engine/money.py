"""Decides how money is kept: whole micros of one currency, never a binary float at rest.

A micro is 1/1,000,000 of the currency's unit, the unit Google Ads itself reports in. Platform exports
carry fractions of a cent, so the ISO 4217 minor unit would lose money on every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

MICROS = 1_000_000
# Smallest amount people book in each currency, in units; ISO 4217 exponents, TWD booked in whole NT$.
CASH_STEP = {"TWD": Decimal(1), "JPY": Decimal(1), "KRW": Decimal(1), "VND": Decimal(1)}
SIGNS = {"TWD": "NT$", "USD": "US$", "JPY": "JP¥", "EUR": "€", "HKD": "HK$", "GBP": "£", "CNY": "CN¥"}


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of one currency in whole micros."""

    micros: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Money from an exact decimal amount in units; a float is refused on purpose."""
        if isinstance(amount, float):
            raise TypeError("money is made from int, str or Decimal, never from float")
        scaled = (Decimal(amount) * MICROS).to_integral_value(ROUND_HALF_EVEN)
        return cls(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        """The exact amount in units."""
        return Decimal(self.micros) / MICROS

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be mixed")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.micros + other.micros, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.micros - other.micros, self.currency)

    def times(self, factor: Decimal) -> Money:
        """The amount times a decimal factor (a fee rate, a tax rate), rounded half-even to a micro."""
        return Money.of(self.amount * factor, self.currency)

    def booked(self) -> Money:
        """Rounded to what is booked in this currency (whole NT$ for TWD, cents for USD)."""
        step = CASH_STEP.get(self.currency, Decimal("0.01"))
        return Money.of((self.amount / step).to_integral_value(ROUND_HALF_EVEN) * step, self.currency)

    def __str__(self) -> str:
        amount = self.amount
        whole = amount == amount.to_integral_value()
        digits = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
        sign = SIGNS.get(self.currency, self.currency + " ")
        return f"-{sign}{digits[1:]}" if digits.startswith("-") else f"{sign}{digits}"
