"""Decides how a condition is written: a closed set of operators over named metrics, joined by all, any and not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, FiniteFloat, Tag, model_validator
from pydantic_core import PydanticCustomError

from rules.vocabulary import signal_names

Operator = Literal["<", "<=", ">", ">=", "==", "!=", "between"]
Against = Literal["previous", "same_weekday", "first_days", "parent", "rest", "peers", "target", "plan"]
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
    """What to compare with, times a factor: another metric, or a metric of another time or of other entities.

    ``of`` says whose: ``previous`` (the window just before), ``same_weekday`` (median of the same weekdays of eight
    weeks), ``first_days`` (the week after learning), ``parent`` (the level above), ``rest`` (the level above without
    the entity), ``peers`` (like entities), ``target``, ``plan``. Without it, the entity's own in the same window.
    """

    metric: MetricName
    of: Against | None = None
    times: FiniteFloat = Field(1.0, gt=0)

    @property
    def column(self) -> str:
        """The column of the signal table that is compared with, such as ``ctr@previous``."""
        return self.metric if self.of is None else f"{self.metric}@{self.of}"


class Test(_Part):
    """One comparison: a metric against a number, a range, or another metric."""

    __test__ = False  # not a test class for pytest
    metric: MetricName
    op: Operator
    value: FiniteFloat | tuple[FiniteFloat, FiniteFloat] | None = None
    than: Than | None = None

    @model_validator(mode="before")
    @classmethod
    def _same_metric(cls, data: Any) -> Any:
        """``than: {of: previous}`` compares a metric with itself, so its name need not be written twice."""
        than = data.get("than") if isinstance(data, dict) else None
        if isinstance(than, dict) and "of" in than and "metric" not in than and "metric" in data:
            return {**data, "than": {"metric": data["metric"], **than}}
        return data

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


Condition = All | AnyOf | Not | Test


def placed_tests(when: Condition, path: str = "when") -> Iterator[tuple[str, Test]]:
    """Every comparison of a condition, in the order written, with the place where it stands."""
    if isinstance(when, Test):
        yield path, when
    elif isinstance(when, Not):
        yield from placed_tests(when.negated, f"{path}.not")
    else:
        name, parts = ("all", when.all) if isinstance(when, All) else ("any", when.any)
        for at, part in enumerate(parts):
            yield from placed_tests(part, f"{path}.{name}.{at}")


def tests_of(when: Condition) -> Iterator[Test]:
    """Every comparison of a condition, in the order written."""
    return (test for _, test in placed_tests(when))


def metrics_of(when: Condition) -> tuple[str, ...]:
    """Every metric a condition reads, each once, in the order written; a target that it is held against counts."""
    names: dict[str, None] = {}
    for column in columns_of(when):
        name, _, side = column.partition("@")
        names[f"target_{name}" if side == "target" else name] = None
    return tuple(names)


def columns_of(when: Condition) -> tuple[str, ...]:
    """Every column a condition reads (``ctr``, ``ctr@previous``), each once, in the order written."""
    names: dict[str, None] = {}
    for test in tests_of(when):
        names[test.metric] = None
        if test.than is not None:
            names[test.than.column] = None
    return tuple(names)


def size_of(when: object) -> tuple[int, int]:
    """Depth and number of comparisons of a condition as it was written, valid or not, without recursion."""
    deepest, comparisons, waiting = 0, 0, [(when, 1)]
    while waiting:
        part, depth = waiting.pop()
        if not isinstance(part, dict):
            continue
        deepest = max(deepest, depth)
        inner: list[object] = []
        for name in ("all", "any", "not"):
            below = part.get(name)
            inner += below if isinstance(below, list) else [below]
        comparisons += "metric" in part
        waiting += [(one, depth + 1) for one in inner if one is not None]
    return deepest, comparisons


All.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
