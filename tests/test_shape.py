"""The shape of the code: sizes, opening sentences, messages in two languages, nothing of a machine."""

from __future__ import annotations

import ast
import re
import string
import subprocess
from pathlib import Path

import pytest

from engine.messages import LANGUAGES, sentence_ids

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("engine", "rules", "optimizer", "compliance", "api")
CAP = 300


def _tracked(suffix: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", f"*{suffix}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines() if listed.returncode == 0 else [str(p) for p in ROOT.rglob(f"*{suffix}")]
    return [ROOT / name for name in names if (ROOT / name).is_file() and ".venv" not in name]


def test_no_module_is_over_the_cap():
    long = {str(p.relative_to(ROOT)): n for p in _tracked(".py") if (n := len(p.read_text().splitlines())) > CAP}
    assert not long


def test_the_median_module_is_about_a_hundred_lines():
    sizes = sorted(len(p.read_text().splitlines()) for p in _tracked(".py") if p.relative_to(ROOT).parts[0] in PACKAGES)
    assert sizes[len(sizes) // 2] <= 130


def test_every_module_opens_with_a_sentence():
    mute = [
        str(p.relative_to(ROOT))
        for p in _tracked(".py")
        if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert not mute


def _placeholders(template: str) -> set[str]:
    names = {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}
    # A sentence that only passes on a pack's own text takes the text of its language.
    return {"text" if name in ("zh", "en") else name for name in names}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_sentence_is_told_in_both_languages_with_the_same_values(package):
    if not (ROOT / package / "messages").is_dir():
        pytest.skip(f"{package} says nothing of its own")
    for name, texts in sentence_ids(package).items():
        assert set(texts) == set(LANGUAGES), name
        assert _placeholders(texts["zh-TW"]) == _placeholders(texts["en"]), name


def test_every_message_named_in_code_has_a_sentence():
    known = {
        f"{package}.{name}"
        for package in PACKAGES
        if (ROOT / package / "messages").is_dir()
        for name in sentence_ids(package)
    }
    spoken = re.compile(rf'\b(?:Message|[A-Z]\w*(?:Error|Faults))\(\s*"((?:{"|".join(PACKAGES)})\.[a-z0-9_.]+)"')
    missing = []
    for path in _tracked(".py"):
        if path.relative_to(ROOT).parts[0] in PACKAGES:
            missing += [f"{path.name}: {m}" for m in spoken.findall(path.read_text()) if m not in known]
    assert not missing


def test_nothing_speaks_of_one_machine_or_of_a_registry():
    bad = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/|registry\.npmjs|pypi\.org|files\.pythonhosted|deb\.debian")
    found = []
    for suffix in (".py", ".yaml", ".md", ".toml", ".sh", ".lock", ".json", ".html", ".js", ".css", "Makefile"):
        for path in _tracked(suffix):
            if path.name == "test_shape.py":
                continue
            found += [f"{path.relative_to(ROOT)}: {m}" for m in bad.findall(path.read_text(errors="replace"))]
    assert not found
