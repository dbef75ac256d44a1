"""Every call the application answers: each method of each route, read off its map of addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# An id of the right form that no account has, for every parameter of an address.
NOBODY: Mapping[str, str] = {
    "proposal_id": "P-000000",
    "night_id": "N-000000",
    "recommendation_id": "R-000000",
    "rule_id": "no_such_rule",
    "check_id": "S-000000",
    "run_id": "J-0000000000",
    "key_id": "adcue_00000000",
    "person_id": "0" * 64,
    "code": "api.access.role",
    "filename": "console.css",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One method of one route; ``parameters`` are those of its address, which ``path`` has filled in."""

    method: str
    path: str
    endpoint: str
    parameters: tuple[str, ...]


def calls(app: Flask, ids: Mapping[str, str] = NOBODY, *, within: str = "") -> Iterator[Call]:
    """Every call of the endpoints that begin with ``within``.

    Raises KeyError for a parameter that ``ids`` does not name: a new route fails here until it has an id to try.
    """
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(within):
            names = tuple(_PARAMETER.findall(rule.rule))
            path = _PARAMETER.sub(lambda found: ids[found[1]], rule.rule)
            for method in sorted(rule.methods or ()):
                yield Call(method, path, rule.endpoint, names)
