"""Pages that explain ``/v1`` to whoever calls it, served by this service and needing nothing from elsewhere.

OpenAPI document, role table, examples -> api.help.operations -> /docs
error classes, sentences, codes.yaml   -> api.help.problem_pages -> /problems, /problems/<code>
"""

from api.help.pages import pages

__all__ = ["pages"]
