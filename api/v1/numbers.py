"""Decides how money, factors and shares are written in a request: a JSON number or exact text, six decimals at most."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

PLACES = 6
MOST = 999_999_999
LEAST = Decimal(1).scaleb(-PLACES)
_AMOUNT = r"^[0-9]{1,9}(\.[0-9]{1,6})?$"
_POSITIVE = r"^(?!0+(\.0+)?$)[0-9]{1,9}(\.[0-9]{1,6})?$"
_SIGNED = r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$"
_SHARE = r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$"
_POSITIVE_SHARE = r"^(?!0+(\.0+)?$)(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$"


def _written(pattern: str) -> BeforeValidator:
    """Text keeps to the form that the schema shows: no exponent, no blanks, no digits of another script."""
    form = re.compile(pattern, re.ASCII)

    def read(value: Any) -> Any:
        if isinstance(value, str) and form.fullmatch(value) is None:
            raise PydanticCustomError("decimal_parsing", "Input should be a plain decimal number")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise PydanticCustomError("decimal_type", "Input should be a decimal number")
        return Decimal(str(value))

    return BeforeValidator(read)


def _rounded(value: Decimal) -> Decimal:
    """A JSON number carries binary dust, such as 0.30000000000000004: it counts to the sixth decimal."""
    exponent = value.as_tuple().exponent
    exact = round(value, PLACES) if isinstance(exponent, int) and exponent < -PLACES else value
    return exact or abs(exact)  # of the zeros, the one without a sign


def _schema(least: float, most: int, pattern: str) -> WithJsonSchema:
    number = {"type": "number", "minimum": least, "maximum": most}
    return WithJsonSchema({"anyOf": [number, {"type": "string", "pattern": pattern}]})


Amount = Annotated[
    Decimal, Field(ge=0, le=MOST), _written(_AMOUNT), AfterValidator(_rounded), _schema(0, MOST, _AMOUNT)
]
PositiveAmount = Annotated[
    Decimal, Field(ge=LEAST, le=MOST), _written(_POSITIVE), AfterValidator(_rounded), _schema(1e-6, MOST, _POSITIVE)
]
Signed = Annotated[
    Decimal, Field(ge=-MOST, le=MOST), _written(_SIGNED), AfterValidator(_rounded), _schema(-MOST, MOST, _SIGNED)
]
Share = Annotated[Decimal, Field(ge=0, le=1), _written(_SHARE), AfterValidator(_rounded), _schema(0, 1, _SHARE)]

PositiveShare = Annotated[
    Decimal,
    Field(ge=LEAST, le=1),
    _written(_POSITIVE_SHARE),
    AfterValidator(_rounded),
    _schema(1e-6, 1, _POSITIVE_SHARE),
]


def _whole(value: Any) -> Any:
    """``47.0`` is an integer of JSON, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = BeforeValidator(_whole)
