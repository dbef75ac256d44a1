"""The ``/v1`` JSON endpoints: one module a topic, each with its routes on one blueprint.

bearer key -> role table -> strict body -> use case (api.services) -> JSON in the language asked for
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_openapi3.openapi import OpenAPI


def register_v1(app: OpenAPI) -> None:
    """Hangs every topic onto ``app`` under ``/v1``; the folder listing is the registry."""
    from importlib import import_module
    from pkgutil import iter_modules

    from api.v1.contract import v1

    for entry in iter_modules(__path__):
        import_module(f"api.v1.{entry.name}")
    app.register_api(v1)
