"""Decides what is answered about other budgets: the best each of them brings, and how near the best it is proven."""

from __future__ import annotations

from pydantic import Field

from api.v1.answers.parts import ContentHash, Part
from api.v1.answers.requests import PlanRequest


class FrontierPoint(Part):
    """The best plan of one budget; amounts are not rounded to bookable steps."""

    budget: float = Field(description="The budget.")
    allocated: float = Field(description="Money placed of it.")
    objective: float = Field(description="What the request makes most of, at that plan.")
    bound: float = Field(description="Proven: no plan of that budget reaches more.")
    gap: float = Field(description="Their relative distance, 0 to 1.")
    marginal: float = Field(description="Objective that the next unit of budget brings.")
    spend: dict[str, float] = Field(description="Channel to its money.")


class Frontier(Part):
    """What other budgets would bring under the same conditions, by rising budget."""

    request: PlanRequest = Field(description="The conditions.")
    budget: float = Field(description="The budget that was asked for.")
    currency: str = Field(description="ISO code of the money.")
    result: str = Field(description="What is counted as a result.")
    result_label: str = Field(description="Its name, in the language asked for.")
    points: list[FrontierPoint] = Field(description="The best of each budget.")
    impossible: list[float] = Field(description="Budgets under which no plan keeps the conditions.")
    curves_hash: ContentHash = Field(description="Names exactly the curves.")
