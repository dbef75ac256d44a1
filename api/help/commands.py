"""Decides how an example is typed: a curl command as a shell takes it, and the answer as it comes back."""

from __future__ import annotations

import json
import shlex
from urllib.parse import quote, urlencode

from api.v1.examples import Example


def command(method: str, path: str, example: Example) -> str:
    """The command; ``$ADCUE`` is the address of the service and ``$ADCUE_KEY`` a key of the example's role."""
    for name, value in example.path.items():
        path = path.replace(f"{{{name}}}", quote(value))
    query = f"?{urlencode(example.query)}" if example.query else ""
    parts = [f'curl "$ADCUE{path}{query}"']
    if method != "get" and not (method == "post" and (example.body is not None or example.form is not None)):
        parts[0] = f'curl -X {method.upper()} "$ADCUE{path}{query}"'
    if example.role is not None:
        parts.append('-H "Authorization: Bearer $ADCUE_KEY"')
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in example.headers.items()]
    if example.body is not None:
        parts.append("-H 'Content-Type: application/json'")
        parts.append(f"-d {shlex.quote(json.dumps(example.body, ensure_ascii=False))}")
    for name, value in (example.form or {}).items():
        parts.append(f"-F {shlex.quote(f'{name}={value}')}")
    if example.media and example.media.endswith("sheet"):
        parts.append("-o cue-sheet.xlsx")
    return " \\\n  ".join(parts)


def shown_answer(example: Example) -> str:
    """The fields of the answer that matter, as JSON; nothing where it is a file, a stream or empty."""
    return "" if example.answer is None else json.dumps(example.answer, ensure_ascii=False, indent=2)
