"""The pages read off the code say what the code says today; README's commands exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_SPEC = importlib.util.spec_from_file_location("write_docs", ROOT / "scripts" / "write_docs.py")
assert _SPEC and _SPEC.loader
write_docs = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(write_docs)


@pytest.mark.parametrize(
    "name", ["settings.md", "metrics.md", "messages.md", "constraints.md", "catalogue-laws.md", "catalogue-rules.md"]
)
def test_the_page_is_current(name):
    current = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert current == write_docs.pages()[name], "run `make docs`"


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z-]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named and named <= targets


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
