"""An invented advertiser's exports with their truth, so that every promise can be tried on data whose answer is known.

    season + planning -> weekly budgets -> response -> conversions per channel-day
                                             |
    creatives (good, bad, new, silent) -> delivery per ad-day -> exports/ (Google Ads, Meta, LINE), copy.csv, truth.json

The writer keeps its own knowledge of the platforms' byte formats: it shares nothing with ``engine.ingest``, so that a
mistake in reading cannot hide behind the same mistake in writing. ``docs/sample.md`` documents the model.
"""

from api.sample.truth import Truth
from api.sample.writing import DEFAULT_END, write_sample

__all__ = ["DEFAULT_END", "Truth", "write_sample"]
