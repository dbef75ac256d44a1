"""The console: one page for the planner, in pieces that htmx swaps.

session -> role table -> use case (api.services) -> view model (api.console.views) -> template
"""

from api.console.pages import pages

__all__ = ["pages"]
