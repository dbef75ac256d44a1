"""Writes docs/security.md: the prose of its template with the roles, limits and words that the code has today."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.access import ANYONE, SEES_MARGIN, TABLE
from api.v1.long_work import MOST_OPEN
from engine.settings import Settings
from engine.store import keys, login_sessions, passwords, people
from engine.store.roles import ROLES
from optimizer.check_days import LONGEST_DAYS

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTE = "<!-- Written by `make docs` from docs/security.md.jinja; edit that, not this page. -->\n\n"


def security_page() -> str:
    """The page."""
    # Markdown for people who read the repository; nothing of it is a page of the service.
    pages = Environment(loader=FileSystemLoader(DOCS), undefined=StrictUndefined, keep_trailing_newline=True)
    return NOTE + pages.get_template("security.md.jinja").render(**_values())


def _values() -> Mapping[str, Any]:
    defaults = {name: _grouped(field.default) for name, field in Settings.model_fields.items()}
    return {
        "s": defaults,
        "megabytes": Settings.model_fields["max_request_bytes"].default // 1_000_000,
        "longest": passwords.LONGEST,
        "words": ", ".join(passwords._CONTEXT),
        "sessions": login_sessions.MOST_EACH,
        "invited_hours": int(people.INVITED_FOR.total_seconds() // 3600),
        "key_days": keys.LASTING.days,
        "key_bytes": keys._SECRET_BYTES,
        "most_open": MOST_OPEN,
        "longest_days": LONGEST_DAYS,
        "margin": " and ".join(sorted(SEES_MARGIN)),
        "table": "\n".join(_role_table()) + "\n",
    }


def _grouped(default: object) -> object:
    return f"{default:,}" if isinstance(default, int) and default >= 10_000 else default


def _role_table() -> Iterator[str]:
    yield f"| endpoint | {' | '.join(ROLES)} |"
    yield "|" + " --- |" * (len(ROLES) + 1)
    for endpoint, allowed in TABLE.items():
        cells = ["anyone" if allowed == ANYONE else "yes" if role in allowed else "" for role in ROLES]
        yield f"| `{endpoint}` | {' | '.join(cells)} |"


def main() -> int:
    """Writes the page."""
    (DOCS / "security.md").write_text(security_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
