"""Four eyes on the page: who is asked to decide a proposal, who is told why not, and what the decision shows."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from api.services.proposals import ProposalRequest, make_proposal
from tests.api.conftest import ACCOUNT, PIECE, PLAN

ASKED = ProposalRequest(
    budget=Decimal(PLAN["budget"]), start=date.fromisoformat(PLAN["start"]), end=date.fromisoformat(PLAN["end"])
)


@pytest.fixture
def author(filled_dir, store, person):
    """The id of a planner and the short id of the proposal they made."""
    _, person_id = person("mei.lin")
    return person_id, make_proposal(store.account(ACCOUNT, f"person:{person_id}"), ASKED).short_id


def text(answer) -> str:
    return answer.get_data(as_text=True)


def test_the_author_is_told_that_someone_else_decides(author, enter):
    client = enter("mei.lin")
    page = text(client.get("/"))
    assert "未核准" in page and "你是提出的人" in page and "/decision" not in page
    piece = text(client.post(f"/proposals/{author[1]}/decision", data={"verdict": "approved"}, headers=PIECE))
    assert "提出的人不能自己核准" in piece
    assert "未核准" in text(client.get("/"))


def test_a_reviewer_is_told_that_planners_decide_and_sees_no_margin(author, enter):
    client = enter("rui", "reviewer")
    page = text(client.get("/"))
    assert "mei.lin 提出" in page and "審稿人員不能核准" in page and "/decision" not in page
    assert "internal=1" not in page
    assert client.get(f"/cue-sheet/{author[1]}.xlsx?internal=1").status_code == 403
    assert client.post(f"/proposals/{author[1]}/decision", data={"verdict": "approved"}).status_code == 403


@pytest.mark.parametrize(("verdict", "told"), [("approved", "已核准"), ("rejected", "已退回")])
def test_a_second_person_decides_for_good(author, enter, verdict, told):
    client = enter("a-chen", "planner")
    page = text(client.get("/"))
    place = re.search(r'hx-post="(/proposals/[^"]+/decision)"', page)[1]
    assert "internal=1" in page
    form = {"verdict": verdict, "note": "<b>下週</b>再議"}
    piece = text(client.post(place, data=form, headers=PIECE))
    assert told in piece and "a-chen，" in piece and "&lt;b&gt;下週" in piece and "<html" not in piece
    for reader in (client, enter("mei.lin")):
        page = text(reader.get("/"))
        assert told in page and "a-chen，" in page and "/decision" not in page
    final = f"/cue-sheet/{author[1]}.xlsx?final=1"
    assert (final in piece) is (verdict == "approved")
    if verdict == "approved":
        assert client.get(final).data.startswith(b"PK")
    other = {"approved": "rejected", "rejected": "approved"}[verdict]
    assert "已經決定過了" in text(client.post(place, data={"verdict": other}, headers=PIECE))


@pytest.mark.parametrize("form", [{"verdict": "maybe"}, {}, {"verdict": "approved", "note": "x" * 2001}])
def test_a_decision_that_cannot_be_read_changes_nothing(author, enter, form):
    client = enter("a-chen", "admin")
    answer = client.post(f"/proposals/{author[1]}/decision", data=form, headers=PIECE)
    assert 'class="fault"' in text(answer) and "x" * 50 not in text(answer)
    assert "未核准" in text(client.get("/"))


def test_whoever_made_the_key_is_an_author_too(filled_dir, store, person, enter):
    _, person_id = person("boss", "admin")
    _, info = store.account(ACCOUNT, f"person:{person_id}").keys.create("machine", "night")
    make_proposal(store.account(ACCOUNT, f"key:{info.id}"), ASKED)
    page = text(enter("boss").get("/"))
    assert "由程式以 API 金鑰提出" in page and "你是提出的人" in page and "/decision" not in page
    assert "/decision" in text(enter("a-chen", "planner").get("/"))
