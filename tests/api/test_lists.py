"""Every list is walked to its end, narrowed by its filters, and sent again only where something changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.everything import COPY, working
from tests.api.routes import calls

# What names an item, where that is not its id.
NAMES = {"/v1/imports": "import_id", "/v1/acts": "seq"}
BY_ID = ("/v1/rules",)  # not the newest first


@pytest.fixture(scope="session")
def crowd(everything, tmp_path_factory):
    """A data folder with a few more of what there was one of."""
    folder = tmp_path_factory.mktemp("crowd") / "data"
    with pytest.MonkeyPatch.context() as patch, working(everything.folder, folder, patch) as app:
        client, planner = app.test_client(), everything.headers["planner"]
        for day in ("2026-11-17", "2026-11-18"):
            assert client.post("/v1/nights", json={"as_of": day}, headers=planner).status_code == 201
        for name in ("spring.xlsx", "summer.xlsx"):
            body = COPY | {"source": name}
            assert client.post("/v1/copy-checks", json=body, headers=planner).status_code == 201
        for role in ("planner", "reviewer"):
            body = {"for_whom": "me", "name": role}
            assert client.post("/v1/keys", json=body, headers=everything.headers[role]).status_code == 201
    return folder


@pytest.fixture
def worked(crowd, tmp_path, monkeypatch):
    """The application on a copy of its own of that folder."""
    with working(crowd, tmp_path / "worked", monkeypatch) as app:
        yield app


@pytest.fixture
def told(worked, everything):
    """Reads an address as the administrator."""
    client = worked.test_client()

    def read(path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        return client.get(path, query_string=query, headers=everything.headers["admin"] | (headers or {}))

    return read


def _lists(document: dict[str, Any]) -> dict[str, set[str]]:
    """Every list of the document with the names of its query parameters."""
    found = {}
    for path, operations in document["paths"].items():
        answer = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        named = answer.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if "items" in document["components"]["schemas"].get(named, {}).get("properties", {}):
            found[path] = {one["name"] for one in operations["get"].get("parameters", []) if one["in"] == "query"}
    return found


def test_walking_a_list_gives_every_item_once_and_in_order(told):
    lists = _lists(told("/openapi.json").json)
    assert {"/v1/imports", "/v1/proposals", "/v1/nights", "/v1/copy-checks", "/v1/runs", "/v1/acts"} <= set(lists)
    for path, parameters in lists.items():
        whole = told(path, **({"limit": 100} if "limit" in parameters else {})).json
        assert whole["next"] is None and len(whole["items"]) >= 3, path
        if "limit" not in parameters:
            continue
        for limit in (1, 2):
            walked, after = [], None
            while True:
                page = told(path, limit=limit, **({"after": after} if after else {})).json
                assert len(page["items"]) <= limit, path
                walked += page["items"]
                after = page["next"]
                if after is None:
                    break
            assert walked == whole["items"], path
        names = [item[NAMES.get(path, "id")] for item in whole["items"]]
        assert len(set(names)) == len(names), path
        if path in BY_ID:
            assert names == sorted(names), path
        else:
            made = [item.get("created_at") or item["at"] for item in whole["items"]]
            assert made == sorted(made, reverse=True), path


def test_a_page_that_is_just_full_says_that_it_is_the_last(told):
    for path, parameters in _lists(told("/openapi.json").json).items():
        if "limit" in parameters:
            count = len(told(path, limit=100).json["items"])
            page = told(path, limit=count).json
            assert (len(page["items"]), page["next"]) == (count, None), path


def test_what_is_written_between_two_pages_moves_nothing(worked, everything, told):
    first = told("/v1/copy-checks", limit=2).json
    made = worked.test_client().post(
        "/v1/copy-checks", json=COPY | {"source": "late"}, headers=everything.headers["admin"]
    )
    second = told("/v1/copy-checks", limit=2, after=first["next"]).json
    seen = [item["id"] for item in first["items"] + second["items"]]
    assert made.json["id"] not in seen and len(set(seen)) == len(seen) == 3


def test_a_page_begins_after_a_short_id_too(told):
    for path in ("/v1/proposals", "/v1/nights", "/v1/copy-checks", "/v1/runs"):
        whole = told(path, limit=100).json["items"]
        assert told(path, limit=100, after=whole[0]["short_id"]).json["items"] == whole[1:], path


@pytest.mark.parametrize("path", ["/v1/imports", "/v1/proposals", "/v1/nights", "/v1/copy-checks", "/v1/runs"])
def test_a_page_after_nothing_known_is_not_found(told, path):
    for after in ("0" * 64, "nonsense", "P-000000"):
        assert told(path, after=after).status_code == 404, after


def test_runs_are_narrowed_by_state_and_kind(told):
    whole = told("/v1/runs", limit=100).json["items"]
    for name, values in {
        "state": ["queued", "running", "done", "failed", "cancelled"],
        "kind": ["file_import", "proposal", "night", "copy_check"],
    }.items():
        split = {value: told("/v1/runs", limit=100, **{name: value}).json["items"] for value in values}
        assert split == {value: [run for run in whole if run[name] == value] for value in values}
    assert len({run["kind"] for run in whole}) == 4
    nights = told("/v1/runs", kind="night", state="done", limit=2).json
    rest = told("/v1/runs", kind="night", state="done", limit=2, after=nights["next"]).json
    assert len(nights["items"]) == 2 and [run["kind"] for run in rest["items"]] == ["night"]
    assert told("/v1/runs", kind="nonsense").status_code == 422


@pytest.mark.parametrize(
    ("path", "name", "told_by"),
    [
        ("/v1/proposals", "origin", lambda item: item["origin"]),
        ("/v1/copy-checks", "source", lambda item: item["source"]),
        ("/v1/imports", "platform", lambda item: item["summary"]["platform"]),
    ],
)
def test_documents_are_narrowed_by_what_they_hold(told, path, name, told_by):
    whole = told(path, limit=100).json["items"]
    values = {told_by(item) for item in whole}
    assert len(values) > 1
    for value in values:
        wanted = [item for item in whole if told_by(item) == value]
        assert told(path, limit=100, **{name: value}).json == {"items": wanted, "next": None}
        first = told(path, limit=1, **{name: value}).json
        assert first["items"] == wanted[:1] and (first["next"] is None) is (len(wanted) == 1)
        if first["next"]:
            rest = told(path, limit=100, after=first["next"], **{name: value}).json
            assert rest["items"] == wanted[1:]
    other = told(path, **{name: "nothing"})
    assert other.status_code == 422 if name == "origin" else other.json == {"items": [], "next": None}


def test_text_that_no_database_holds_is_refused_before_it_is_asked_for(worked, everything, told):
    for path, name in (("/v1/acts", "subject"), ("/v1/copy-checks", "source"), ("/v1/imports", "after")):
        answer = told(path, **{name: "a\x00b"})
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, name), path
    assert told("/v1/proposals/P-%00").status_code == 404
    gone = worked.test_client().delete("/v1/keys/a%00b", headers=everything.headers["admin"])
    assert (gone.status_code, gone.json["code"]) == (404, "api.route.unknown")


def test_acts_are_narrowed_by_action_and_subject(told):
    whole = told("/v1/acts", limit=200).json["items"]
    for name in ("action", "subject"):
        for value in {act[name] for act in whole}:
            found = told("/v1/acts", limit=200, **{name: value}).json["items"]
            assert found == [act for act in whole if act[name] == value], value
    assert told("/v1/acts", action="nothing.done").json == {"items": [], "next": None}


def _readable(worked, everything) -> list[str]:
    """Every document of the account that is read at an address."""
    found = [call.path for call in calls(worked, everything.ids, within="v1.") if call.method == "GET"]
    return [path for path in found if not path.endswith("/events")]  # a stream has no end to take a hash of


def test_what_did_not_change_is_not_sent_again(worked, everything, told):
    for path in _readable(worked, everything):
        first = told(path)
        assert first.status_code == 200 and first.headers["ETag"].startswith('"'), path
        again = told(path, {"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", first.headers["ETag"]), path


def test_one_of_several_tags_is_enough_and_another_is_not(told, everything):
    for path in ("/v1/acts", "/v1/proposals", f"/v1/nights/{everything.ids['night_id']}"):
        first = told(path)
        several = told(path, {"If-None-Match": f'"other", {first.headers["ETag"]}'})
        assert several.status_code == 304, path
        other = told(path, {"If-None-Match": '"other"'})
        assert (other.status_code, other.get_data()) == (200, first.get_data()), path


def test_what_changed_has_another_tag(worked, everything, told):
    listed = told("/v1/proposals").json["items"]
    undecided = next(one["id"] for one in listed if one["decision"] is None)
    paths = [f"/v1/proposals/{undecided}", "/v1/proposals", "/v1/acts", "/v1/acts/verification"]
    before = {path: told(path).headers["ETag"] for path in paths}
    body, admin = {"verdict": "approved"}, everything.headers["admin"]
    done = worked.test_client().post(f"/v1/proposals/{undecided}/decision", json=body, headers=admin)
    assert done.status_code == 200
    for path in paths:
        again = told(path, {"If-None-Match": before[path]})
        assert again.status_code == 200 and again.headers["ETag"] != before[path], path


def test_another_language_is_another_document(everything, told):
    path = f"/v1/nights/{everything.ids['night_id']}"
    chinese = told(path, {"Accept-Language": "zh-TW"}).headers["ETag"]
    english = told(path, {"Accept-Language": "en", "If-None-Match": chinese})
    assert (english.status_code, english.headers["ETag"] != chinese) == (200, True)


def test_a_refusal_and_a_change_carry_no_tag(worked, everything, told):
    assert "ETag" not in told("/v1/proposals/P-000000").headers
    made = worked.test_client().post("/v1/copy-checks", json=COPY, headers=everything.headers["admin"])
    assert made.status_code == 201 and "ETag" not in made.headers
