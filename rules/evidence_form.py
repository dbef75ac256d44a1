"""Decides what a rule may demand as evidence before it flags: the ``evidence`` part of a pack."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

SURE = 0.95  # what is surer than this may be done without a person, where the account allows it
MethodName = Literal["none", "poisson_zero", "ctr_below_peers", "cpa_gamma"]


class Evidence(BaseModel):
    """How sure the rule must be.

    ``none``: the conditions are facts. ``poisson_zero``: no result although several were due. ``ctr_below_peers``:
    click rate below ``ratio`` x the peers'. ``cpa_gamma``: cost a conversion above (``tail``: or below) ``ratio`` x
    the target, or x what the rest of the level above pays (``against``).

    ``sure`` is the least probability of a flag, ``e_value`` the least e-value (the method's own where it is left
    out), ``fdr`` the bound on the expected share of false flags in the list of a night.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    method: MethodName = "none"
    ratio: float = Field(0.8, gt=0, le=10)
    tail: Literal["above", "below"] = "above"
    against: Literal["target", "rest"] = "target"
    sure: float = Field(0.0, ge=0, lt=1)
    e_value: float | None = Field(None, ge=1, le=1e6)
    max_false_rate: float = Field(1.0, gt=0, le=1)
    fdr: float = Field(1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _ratio_fits(self) -> Self:
        if self.method == "ctr_below_peers" and self.ratio >= 1:
            raise PydanticCustomError("evidence_ratio", "ctr_below_peers needs a ratio below 1, such as 0.8")
        return self
