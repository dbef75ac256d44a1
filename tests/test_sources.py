"""What no source file of the product does: run text, build queries or markup from it, or talk to other machines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from engine.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("engine", "rules", "optimizer", "compliance", "api")
TEMPLATES = sorted((ROOT / "api" / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "api" / "static").glob("*.js"))

RUNS_TEXT = {"eval", "exec", "compile", "__import__", "execfile"}
RUNS_OBJECTS = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle"}
RUNS_PROGRAMS = {"subprocess", "pty", "commands"}
REACHES_OUT = {
    "aiohttp", "ftplib", "http.client", "httpx", "imaplib", "ldap3", "poplib", "requests", "smtplib", "socketserver",
    "telnetlib", "urllib.request", "urllib3", "websocket", "websockets", "xmlrpc",
}  # fmt: skip
# The one module that connects to machines of others, to see whether landing pages open: public addresses only, and off
# unless a setting asks for it (docs/security.md). What it refuses is tried in tests/api/test_page_fetch.py.
OUTWARD, OUTWARD_CALLS = "api/services/page_fetch.py", {"getaddrinfo", "create_connection"}
SENDS_SQL = {"text", "exec_driver_sql", "DDL"}
READS_XML = {"xml", "lxml", "defusedxml"}
CREDENTIAL = re.compile(
    r"\w://(?!user:password@)[!-.0-9;-?A-z|~]+:[!-.0-9;-?A-z|~]+@"
    r"|BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|adcue_[0-9a-f]{8}_(?!EXAMPLE)\w{43}"
)
PATTERNS_FROM_PACKS = {
    "api/cli/wrapping.py", "api/v1/numbers.py", "compliance/facts.py", "compliance/kinds/pattern.py",
    "compliance/personal_data/recogniser.py", "compliance/understanding/modality.py",
    "compliance/understanding/respelling.py", "engine/ingest/matching.py", "engine/ingest/numbers.py",
    "engine/ingest/platform.py", "engine/ingest/preamble.py", "engine/store/records.py",
}  # fmt: skip
APPROVED_HASHES = {"sha256", "sha384", "sha512", "blake2b"}


@cache
def sources() -> Mapping[Path, ast.Module]:
    """Every module of the product, parsed."""
    return {path: ast.parse(path.read_bytes()) for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))}


def _place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def _imports() -> Iterator[tuple[str, str]]:
    """Every imported module with the place of its import."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, _place(path, node)) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((f"{node.module}.{alias.name}", _place(path, node)) for alias in node.names)


def _imported(names: set[str]) -> list[str]:
    return [f"{place} {name}" for name, place in _imports() if any(f"{name}.".startswith(f"{n}.") for n in names)]


def _calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every call by the last name of what is called."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
                if name:
                    yield name, node, _place(path, node)


def test_no_text_is_run_as_code():
    bare = [place for name, node, place in _calls() if name in RUNS_TEXT and isinstance(node.func, ast.Name)]
    assert bare == []


def test_no_objects_are_read_that_could_run_code():
    assert _imported(RUNS_OBJECTS) == []
    loads = [(node, place) for name, node, place in _calls() if name == "load" and _owner(node) == "yaml"]
    assert loads
    for node, place in loads:
        loader = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}.get("Loader")
        assert loader in {"yaml.CSafeLoader", "yaml.SafeLoader"}, place
    allowing = [place for name, node, place in _calls() if name == "load" and _owner(node) in {"np", "numpy"}]
    assert allowing == [], "numpy.load may unpickle"


def _owner(call: ast.Call) -> str:
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def test_no_other_program_is_started():
    assert _imported(RUNS_PROGRAMS) == []
    started = [
        place for name, node, place in _calls() if _owner(node) == "os" and re.match("system|popen|exec|spawn", name)
    ]
    assert started == []


def test_nothing_connects_outwards():
    assert {entry.split(":")[0] for entry in _imported(REACHES_OUT)} == {OUTWARD}
    assert [entry for entry in _imported(REACHES_OUT) if not entry.endswith(" http.client")] == []
    sockets = [
        (place.split(":")[0], node.func.attr)
        for _, node, place in _calls()
        if _owner(node) == "socket" and isinstance(node.func, ast.Attribute)
    ]
    assert {name for place, name in sockets if place == OUTWARD} == OUTWARD_CALLS
    others = {name for place, name in sockets if place != OUTWARD}
    assert others <= {"create_server", "gethostname"}, "a free port is tried, the host is named"
    assert [place for name, place in _imports() if re.match(r"socket\.[a-z]", name)] == []


def test_only_the_monitor_asks_for_pages_and_only_where_a_setting_says_so():
    users = {place.split(":")[0] for name, place in _imports() if name.startswith("api.services.page_fetch")}
    assert users == {"api/services/landing_pages.py"}
    assert Settings.model_fields["probe_pages"].default is False


def test_only_the_store_imports_the_database_library():
    importing = {place for name, place in _imports() if name.split(".")[0] in {"sqlalchemy", "sqlite3", "psycopg"}}
    assert importing
    assert [place for place in importing if not place.startswith("engine/store/")] == []


def test_xml_is_read_only_where_entities_are_refused_first():
    reading = {entry.split(":")[0] for entry in _imported(READS_XML)}
    assert reading <= {"engine/ingest/archive.py", "engine/ingest/parts.py"}


def test_no_query_is_built_from_what_people_type():
    """Only engine/store speaks SQL; it is put together only where every part is a name or number of the program."""
    built = {
        place.split(":")[0]
        for name, node, place in _calls()
        if place.startswith("engine/store/") and name in SENDS_SQL and node.args and _is_built(node.args[0])
    }
    assert "engine/store/bulk.py" in built
    tables = {f"engine/store/tables/{name}.py" for name in ("facts", "audit", "life", "rules")}
    steps = {f"engine/store/migrations/versions/{name}.py" for name in ("0004_recommendations", "0005_own_rules")}
    assert built <= {"engine/store/bulk.py", *steps, *tables}


def _is_built(argument: ast.expr) -> bool:
    return any(isinstance(part, ast.JoinedStr | ast.BinOp | ast.Call) for part in ast.walk(argument))


def test_no_pattern_is_built_from_what_people_type():
    """Patterns are constants, or come from checked-in packs, or have every word of a pack escaped."""
    built = {
        place.split(":")[0]
        for name, node, place in _calls()
        if _owner(node) in {"re", "regex"}
        and name in {"compile", "search", "match", "fullmatch", "finditer", "findall", "sub", "split"}
        and not isinstance(node.args[0], ast.Constant)
    }
    assert built <= PATTERNS_FROM_PACKS


def test_nothing_kept_of_a_person_is_a_hint_or_a_secret_question():
    tables = [path.read_text(encoding="utf-8") for path in (ROOT / "engine" / "store" / "tables").glob("*.py")]
    pages = [path.read_text(encoding="utf-8") for path in TEMPLATES]
    assert not [
        page for page in (*tables, *pages) if re.search(r"password_hint|secret_question|security_question", page)
    ]


def test_no_source_holds_a_credential():
    kept = [path for name in (*PACKAGES, "scripts") for path in (ROOT / name).rglob("*") if path.is_file()]
    for path in kept:
        if path.suffix in {".py", ".yaml", ".sh", ".js", ".html", ".json", ".mako"} and "vendor" not in path.parts:
            found = CREDENTIAL.search(path.read_text(encoding="utf-8"))
            assert found is None, path.relative_to(ROOT)


def test_secrets_and_digests_come_from_approved_places():
    assert _imported({"random"}) == []
    assert [place for name, _, place in _calls() if re.fullmatch("uuid[1-8]", name) and "engine/store" in place] == []
    called = [(name, node) for name, node, _ in _calls() if _owner(node) == "hashlib"]
    digests = {ast.literal_eval(node.args[1]) if name == "file_digest" else name for name, node in called} | {
        name.removeprefix("hashlib.") for name, _ in _imports() if name.startswith("hashlib.")
    }
    assert digests and digests <= APPROVED_HASHES


def test_redirects_lead_to_pages_of_our_own_only():
    """``go_to`` adds only the language to the path that it is given."""
    redirects = [(node, place) for name, node, place in _calls() if name in {"redirect", "go_to"} and node.args]
    assert redirects
    for node, place in redirects:
        if place.startswith("api/console/blueprint.py"):
            assert ast.unparse(node.args[0]) == "path + language_query(more='?' in path)"
            continue
        assert re.match(r"/(?![/\\])", _beginning(node.args[0])), place


def _beginning(argument: ast.expr) -> str:
    """What a text surely begins with."""
    first = argument.values[0] if isinstance(argument, ast.JoinedStr) else argument
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def test_no_template_switches_escaping_off():
    assert TEMPLATES
    for path in TEMPLATES:
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"<(?:object|embed|applet|iframe|frame|base)\b", page), path.name
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", page), path.name
    assert [place for name, _, place in _calls() if name in {"Markup", "render_template_string", "from_string"}] == []


def test_templates_load_and_link_nothing_of_other_hosts():
    """``here``, the page's own path, is the one address that a template may name by a variable: it sets it itself."""
    link = re.compile(r"""\b(?:src|href|action|hx-[a-z]+-?url|hx-(?:get|post|put|delete))=["']([^"']*)""")
    for path in TEMPLATES:
        page = path.read_text(encoding="utf-8").replace("{{ here or '/' }}", "/")
        for target in link.findall(page):
            assert re.match(r"/(?![/\\])|#|\?[a-z]", target), (path.name, target)
        for here in re.findall(r"{%-? *set here\b(.*?)%}", page):
            assert re.fullmatch(r' *= *"/[a-z-]*" *-?', here), (path.name, here)


def test_forms_that_change_something_are_posts():
    for path in TEMPLATES:
        for form in re.findall(r"<form\b[^>]*>", path.read_text(encoding="utf-8")):
            searches = 'method="get"' in form and 'role="search"' in form
            assert searches or 'method="post"' in form or "hx-post=" in form, (path.name, form)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_ours_writes_markup_runs_text_or_keeps_data(path):
    script = path.read_text(encoding="utf-8")
    assert script.lstrip().startswith("//") and '"use strict"' in script
    for banned in (
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage",
        "sessionStorage", "indexedDB", "document.cookie", "postMessage", '"message"', "__proto__", "importScripts",
        "callback=",
    ):  # fmt: skip
        assert banned not in script, banned


def test_password_fields_hide_and_take_what_is_pasted():
    fields = [
        (path.name, tag)
        for path in TEMPLATES
        for tag in re.findall(r"<input\b[^>]*>", path.read_text(encoding="utf-8"))
        if re.search(r'autocomplete="(?:current|new)-password"|name="[a-z_]*password', tag)
    ]
    assert fields
    for where, tag in fields:
        assert 'type="password"' in tag and "maxlength" not in tag and "onpaste" not in tag, (where, tag)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"])
def test_every_package_of_a_lock_has_its_hash(name):
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.I)
    pinned = [entry for entry in entries if re.match(r"[a-z0-9][\w.\[\]-]*==", entry, re.I)]
    assert pinned
    assert [entry.split()[0] for entry in pinned if "--hash=sha256:" not in entry] == []
