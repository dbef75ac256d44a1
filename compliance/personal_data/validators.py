"""Decides whether digits keep the rule of their identifier: True proves it, False rules it out, None says nothing."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import date

import regex
from stdnum import luhn

Validator = Callable[[str], bool | None]
_CITY_CODES = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33,
), strict=True))  # fmt: skip
_ID_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_UBN_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)
_FIRST_ROC_YEAR = 1911
_NUMBERS = regex.compile(r"\d{1,4}")


def national_id(text: str) -> bool:
    """National ID and resident certificate, old (two letters) and new: weighted sum divisible by 10."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    if not letters.isascii():
        return False
    city = _CITY_CODES[letters[0]]
    second = _CITY_CODES[letters[1]] % 10 if letters[1].isalpha() else int(letters[1])
    digits = [city // 10, city % 10, second, *(int(c) for c in letters[2:])]
    if len(set(letters[1:])) == 1:
        return False
    return sum(w * d for w, d in zip(_ID_WEIGHTS, digits, strict=True)) % 10 == 0


def unified_business_number(text: str) -> bool:
    """統一編號 since 2023-04-01: weighted digit sum divisible by 5, a 7 in seventh place may count one more.

    Calendar days and repeated digits are no business numbers here, although some of them keep the rule.
    """
    digits = [int(c) for c in text]
    if len(set(digits)) == 1 or _is_calendar_day(int(text[:4]), int(text[4:6]), int(text[6:])):
        return False
    total = sum(sum(divmod(w * d, 10)) for w, d in zip(_UBN_WEIGHTS, digits, strict=True))
    return total % 5 == 0 or (digits[6] == 7 and total % 5 == 4)


def payment_card(text: str) -> bool:
    """Luhn over 13 to 19 digits that are not all alike."""
    digits = "".join(c for c in text if c.isdigit())
    return len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def ip_address(text: str) -> bool:
    """An address the standard library accepts, other than the unspecified one."""
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False


def birth_date(text: str) -> bool:
    """A day of the ROC or Gregorian calendar on which a living person may have been born."""
    if len(text) == 7 and text.isdigit():
        parts = [int(text[:3]), int(text[3:5]), int(text[5:])]
    else:
        parts = [int(part) for part in _NUMBERS.findall(text)]
    if len(parts) != 3:
        return False
    year = parts[0] if parts[0] > 1000 else parts[0] + _FIRST_ROC_YEAR
    return 1900 <= year <= 2030 and _is_calendar_day(year, parts[1], parts[2])


def passport(text: str) -> bool | None:
    """Nothing is known of a check digit; a mobile number is not a passport."""
    return False if text.startswith("09") else None


def mobile(text: str) -> bool:
    """Nine digits that begin with 9 once the country code and the leading zero are gone, not all alike."""
    digits = "".join(c for c in text if c.isdigit())
    digits = digits.removeprefix("00").removeprefix("886").removeprefix("0")
    return len(digits) == 9 and digits[0] == "9" and len(set(digits)) > 1


def _is_calendar_day(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day).year >= 1900
    except ValueError:
        return False


VALIDATORS: dict[str, Validator] = {
    function.__name__: function
    for function in (national_id, unified_business_number, payment_card, ip_address, birth_date, passport, mobile)
}
