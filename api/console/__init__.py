"""The console: pages for people, in pieces that htmx swaps.

session -> role table -> run or use case (api.services) -> view model (api.console.views) -> template
"""

from api.console import catalogue, entrance, people, recommendations, rules, work
from api.console import pages as home
from api.console.blueprint import pages

__all__ = ["catalogue", "entrance", "home", "pages", "people", "recommendations", "rules", "work"]
