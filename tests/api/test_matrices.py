"""The account matrix: whoever is in another account gets nothing of this one, at any address and in any list."""

from __future__ import annotations

import re

import pytest

from api.access import ANYONE, TABLE
from engine.store.store import Store
from tests.api.everything import OTHER
from tests.api.routes import NOBODY, Call, calls

BODIES = {
    "v1.decide_proposal": {"verdict": "approved"},
    "v1.decide_recommendation": {"verdict": "approved"},
    "v1.mark_recommendation_applied": {},
    "v1.undo_recommendation": {},
    "v1.switch_off_rule": {},
    "v1.change_role": {"role": "reviewer"},
}
FORMS = {
    "console.decide": {"verdict": "approved"},
    "console.change_role": {"role": "reviewer"},
    "console.change_rule": {"act": "off"},
}
# Addresses whose parameter is no account's: a file of ours, a problem code.
OPEN = {"static", "help.show_problem"}


def _that_take_an_id(app, ids, within: str = "") -> list[Call]:
    """Every call with an id in its address; a parameter nobody gave an id for raises KeyError."""
    found = [call for call in calls(app, ids, within=within) if call.parameters and call.endpoint not in OPEN]
    return [call for call in found if call.method != "OPTIONS"]


def _as_told(text: str, ids: dict[str, str]) -> str:
    """An answer without what the caller wrote into the address, and without the number of the request."""
    for value in sorted(ids.values(), key=len, reverse=True):
        text = text.replace(value, "<id>")
    return re.sub(r"\b[0-9a-f]{32}\b", "<request>", text)


def _traces(everything) -> set[str]:
    """What would give the account away: every id, name and file of it."""
    ids = {v for name in ("ids", "short_ids") for k, v in getattr(everything, name).items() if v != NOBODY[k]}
    names = {"mei.lin", "yu.hsu", "an.chen", "winter.xlsx", "糖尿病", "google_ads", "meta", "照這份走", "robot seven"}
    return ids | names | {person for name, person in everything.people.items() if name != "bo.wang"}


@pytest.fixture
def stranger(worked, everything):
    """A browser of the other account's administrator."""
    store: Store = worked.extensions["adcue.store"]
    client = worked.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    tenant = store.account(OTHER, "test").tenant
    client.set_cookie("__Host-adcue", store.sessions.begin(everything.people["bo.wang"], tenant))
    return client


@pytest.mark.parametrize("form", ["ids", "short_ids"])
def test_an_id_of_another_account_is_as_unknown_as_one_that_nobody_has(worked, everything, form):
    client, ids = worked.test_client(), getattr(everything, form)
    told = list(zip(_that_take_an_id(worked, ids, "v1."), _that_take_an_id(worked, NOBODY, "v1."), strict=True))
    assert {call.endpoint for call, _ in told} >= {"v1.read_proposal", "v1.cancel_run", "v1.remove_person"}
    for call, unknown in told:
        body = BODIES.get(call.endpoint)
        one, other = (
            client.open(asked.path, method=asked.method, headers=everything.other, json=body)
            for asked in (call, unknown)
        )
        assert (one.status_code, one.mimetype) == (404, "application/problem+json"), (call, one.get_data(as_text=True))
        assert _as_told(one.get_data(as_text=True), ids) == _as_told(other.get_data(as_text=True), dict(NOBODY)), call


@pytest.mark.parametrize("form", ["ids", "short_ids"])
def test_a_page_of_another_account_is_as_unknown_as_one_that_nobody_has(worked, everything, stranger, form):
    ids = getattr(everything, form)
    told = zip(_that_take_an_id(worked, ids, "console."), _that_take_an_id(worked, NOBODY, "console."), strict=True)
    for call, unknown in told:
        one, other = (
            stranger.open(asked.path, method=asked.method, data=FORMS.get(call.endpoint)) for asked in (call, unknown)
        )
        assert one.status_code == other.status_code == 404, (call, one.status_code, one.get_data(as_text=True))
        assert _as_told(one.get_data(as_text=True), ids) == _as_told(other.get_data(as_text=True), dict(NOBODY)), call


def test_an_id_in_a_query_is_as_unknown(worked, everything, stranger):
    client = worked.test_client()
    asked = {
        "/v1/proposals": "proposal_id", "/v1/nights": "night_id", "/v1/copy-checks": "check_id", "/v1/runs": "run_id",
        "/v1/recommendations": "recommendation_id",
    }  # fmt: skip
    for path, name in asked.items():
        answer = client.get(path, query_string={"after": everything.ids[name]}, headers=everything.other)
        assert answer.status_code == 404, path
    import_id = client.get("/v1/imports", headers=everything.headers["admin"]).json["items"][0]["import_id"]
    assert client.get(f"/v1/imports?after={import_id}", headers=everything.other).status_code == 404
    assert stranger.get(f"/?proposal={everything.ids['proposal_id']}").status_code == 404
    assert stranger.post("/account", data={"account": "default"}).status_code == 404
    subject = f"proposal:{everything.ids['proposal_id']}"
    assert client.get("/v1/acts", query_string={"subject": subject}, headers=everything.other).json["items"] == []
    assert client.get("/v1/acts", query_string={"subject": subject}, headers=everything.headers["admin"]).json["items"]


def test_no_list_and_no_page_shows_anything_of_another_account(worked, everything, stranger):
    client, traces = worked.test_client(), _traces(everything)
    seen = 0
    for call in calls(worked):
        if call.method != "GET" or call.parameters or TABLE[call.endpoint] is ANYONE:
            continue
        asks = stranger if call.endpoint.startswith("console.") else client
        headers = None if asks is stranger else everything.other
        answer = asks.get(call.path, headers=headers)
        assert answer.status_code == 200, call
        text = answer.get_data(as_text=True)
        # The pages offer platforms and product categories to everyone, and rules with their examples; data carries
        # ids and names.
        told_all = {"google_ads", "meta"} | ({"糖尿病"} if call.endpoint == "console.show_catalogue" else set())
        shown = {trace for trace in traces - told_all if trace in text}
        assert not shown, (call, shown)
        seen += 1
    assert seen >= 10


def test_its_own_people_see_all_of_it(worked, everything):
    """The counter-proof: what the stranger is not shown is there."""
    client, header = worked.test_client(), everything.headers["admin"]
    text = "".join(
        client.get(call.path, headers=header).get_data(as_text=True)
        for call in calls(worked, within="v1.")
        if call.method == "GET" and not call.parameters
    )
    assert not {trace for trace in _traces(everything) if trace not in text}


def test_what_the_stranger_asked_for_changed_nothing(worked, everything, stranger):
    store: Store = worked.extensions["adcue.store"]
    before = store.account("default", "test").audit.head()
    client = worked.test_client()
    for call in _that_take_an_id(worked, everything.ids):
        if call.endpoint.startswith("v1."):
            client.open(call.path, method=call.method, headers=everything.other, json=BODIES.get(call.endpoint))
        else:
            stranger.open(call.path, method=call.method, data=FORMS.get(call.endpoint))
    assert store.account("default", "test").audit.head() == before


def test_a_new_parameter_has_to_be_given_an_id(worked):
    worked.url_map.add(worked.url_rule_class("/v1/things/<thing_id>", endpoint="v1.read_thing"))
    with pytest.raises(KeyError, match="thing_id"):
        _that_take_an_id(worked, NOBODY)
