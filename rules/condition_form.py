"""Decides how a condition is written: a closed set of operators over named metrics, joined by all, any and not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, FiniteFloat, Tag, model_validator
from pydantic_core import PydanticCustomError

from rules.vocabulary import signal_names

Operator = Literal["<", "<=", ">", ">=", "==", "!=", "between"]
MAX_DEPTH = 6
MAX_TESTS = 50


def _known_metric(name: str) -> str:
    if name in signal_names():
        return name
    near = difflib.get_close_matches(name, signal_names(), n=1)
    raise PydanticCustomError(
        "unknown_metric",
        "{name} is not a metric",
        {"name": name, "near": near[0] if near else "", "known": ", ".join(signal_names())},
    )


MetricName = Annotated[str, AfterValidator(_known_metric)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Than(_Part):
    """Another metric times a factor, to compare with."""

    metric: MetricName
    times: FiniteFloat = Field(1.0, gt=0)


class Test(_Part):
    """One comparison: a metric against a number, a range, or another metric."""

    __test__ = False  # not a test class for pytest
    metric: MetricName
    op: Operator
    value: FiniteFloat | tuple[FiniteFloat, FiniteFloat] | None = None
    than: Than | None = None

    @model_validator(mode="after")
    def _one_right_side(self) -> Self:
        if (self.value is None) == (self.than is None):
            raise PydanticCustomError("right_side", "write either value or than")
        if self.op == "between" and not isinstance(self.value, tuple):
            raise PydanticCustomError("between_pair", "between needs two numbers")
        if self.op != "between" and isinstance(self.value, tuple):
            raise PydanticCustomError("one_number", "{op} needs one number", {"op": self.op})
        if isinstance(self.value, tuple) and self.value[0] > self.value[1]:
            raise PydanticCustomError("between_order", "the lower number comes first")
        return self


class All(_Part):
    """True when every part is."""

    all: tuple[When, ...] = Field(min_length=1)


class AnyOf(_Part):
    """True when at least one part is."""

    any: tuple[When, ...] = Field(min_length=1)


class Not(_Part):
    """True when the part is known to be false."""

    negated: When = Field(alias="not")


def _shape(value: Any) -> str | None:
    keys = set(value) if isinstance(value, dict) else {n for n in ("all", "any", "not") if hasattr(value, n)}
    if isinstance(value, Not):
        return "not"
    return next((name for name in ("all", "any", "not") if name in keys), "test" if "metric" in keys or value else None)


When = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Test, Tag("test")],
    Discriminator(_shape),
]


def tests_of(when: All | AnyOf | Not | Test) -> Iterator[Test]:
    """Every comparison of a condition, in the order written."""
    if isinstance(when, Test):
        yield when
        return
    parts = when.all if isinstance(when, All) else when.any if isinstance(when, AnyOf) else (when.negated,)
    for part in parts:
        yield from tests_of(part)


def metrics_of(when: All | AnyOf | Not | Test) -> tuple[str, ...]:
    """Every metric a condition reads, each once, in the order written."""
    names: dict[str, None] = {}
    for test in tests_of(when):
        names[test.metric] = None
        if test.than is not None:
            names[test.than.metric] = None
    return tuple(names)


All.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
