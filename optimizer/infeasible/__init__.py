"""Decides how a request that no plan can meet is explained, in money and in words.

demand -> sums that need no solver -> (posed) -> loosened rules -> cheapest repair -> proof | reach of the targets
"""

from __future__ import annotations

from optimizer.infeasible.explaining import check_sums, explain_infeasible

__all__ = ["check_sums", "explain_infeasible"]
