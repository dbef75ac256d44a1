"""The command line and ``/v1`` give the same answers, and the use cases behind them keep their promises."""

from __future__ import annotations

import json

from api.media import channel_name

AS_OF = "2026-11-16"


def _alike(cli: dict, http: dict) -> None:
    assert {**cli, "created_at": None} == {**http, "created_at": None}


def test_import_gives_the_same_answer_from_both_doors(client, key, sample, adcue):
    path = sample[1].exports[0]
    with path.open("rb") as file:
        sent = {"file": (file, path.name), "received": AS_OF, "dry_run": "true"}
        http = client.post("/v1/imports", data=sent, headers=key())
    assert http.status_code == 200
    code, out, _ = adcue("import", path, "--received", AS_OF, "--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["items"] == [http.json]
    assert client.get("/v1/imports", headers=key()).json == {"items": [], "next": None}


def test_a_file_imported_twice_changes_nothing(client, key, sample):
    path = sample[1].exports[0]
    for status, told in ((201, "imported"), (200, "already_imported")):
        with path.open("rb") as file:
            answer = client.post("/v1/imports", data={"file": (file, path.name), "received": AS_OF}, headers=key())
        assert (answer.status_code, answer.json["status"]) == (status, told)
    assert len(client.get("/v1/imports", headers=key()).json["items"]) == 1


def test_a_proposal_is_the_same_from_both_doors(filled_dir, client, key, plan, adcue):
    names = {c["channel"] for c in client.post("/v1/proposals", json=plan, headers=key()).json["channels"]}
    line, search = (next(n for n in sorted(names) if n.startswith(p)) for p in ("line", "google_ads"))
    body = plan | {"minimums": {line: 50000}, "share_caps": {search: 0.4}}
    http = client.post("/v1/proposals", json=body, headers=key())
    assert http.status_code == 201, http.get_data(as_text=True)
    words = ("--budget", "120萬", "--start", plan["start"], "--end", plan["end"])
    limits = ("--min", f"{channel_name(line)}=50,000", "--share-cap", f"{search}=40%")
    code, out, _ = adcue("propose", *words, *limits, "--json")
    assert code == 0
    _alike(json.loads(out), http.json)
    again = client.get(f"/v1/proposals/{http.json['short_id']}", headers=key())
    assert again.json == http.json | {"decision": None}
    assert http.json["id"] in {p["id"] for p in client.get("/v1/proposals", headers=key()).json["items"]}


def test_one_channel_called_by_two_names_is_refused(filled_dir, client, key, plan):
    channel = client.post("/v1/proposals", json=plan, headers=key()).json["channels"][0]["channel"]
    both = {channel: 1000, channel_name(channel): 2000}
    answer = client.post("/v1/proposals", json=plan | {"minimums": both}, headers=key())
    assert (answer.status_code, answer.json["code"]) == (422, "api.value.twice")


def test_a_proposal_adds_up(filled_dir, client, key, plan):
    document = client.post("/v1/proposals", json=plan, headers=key()).json
    spend = sum(channel["spend"] for channel in document["channels"])
    assert spend == document["allocated"] <= document["budget"]
    for channel in document["channels"]:
        weeks = [w["spend"] for w in document["weeks"] if w["channel"] == channel["channel"]]
        assert sum(weeks) == channel["spend"]
    assert document["objective"] >= 0.99 * document["current_objective"]


def test_a_demand_that_cannot_be_met_ends_with_3_and_says_why_in_money(filled_dir, client, key, plan, adcue):
    http = client.post("/v1/proposals", json=plan | {"minimums": {"meta/NOTHING": 9}}, headers=key())
    assert http.status_code == 422
    channel = client.post("/v1/proposals", json=plan, headers=key()).json["channels"][0]["channel"]
    words = ("--budget", "1000000", "--start", plan["start"], "--end", plan["end"])
    code, out, err = adcue("propose", *words, "--min", f"{channel}=2000000", "--json")
    assert code == 3
    assert "NT$" in err and "Traceback" not in err
    assert json.loads(out)["status"] == 422


def test_a_night_is_the_same_from_both_doors_and_once_only(filled_dir, client, key, adcue):
    code, out, _ = adcue("nightly", "--as-of", AS_OF, "--json")
    assert code == 0
    cli = json.loads(out)["accounts"][0]
    http = client.post("/v1/nights", json={"as_of": AS_OF}, headers=key())
    assert http.status_code == 201
    _alike(cli, http.json)
    assert len(client.get("/v1/nights", headers=key()).json["items"]) == 1
    for one in cli["recommendations"]:
        assert {"account", "platform", "level", "ids", "names", "rule", "action", "decision", "evidence"} <= set(one)


def test_a_dry_night_writes_nothing(filled_dir, client, key, adcue):
    code, out, _ = adcue("nightly", "--as-of", AS_OF, "--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["accounts"][0]["recommendations"]
    assert client.get("/v1/nights", headers=key()).json == {"items": [], "next": None}
    assert client.get("/v1/proposals", headers=key()).json == {"items": [], "next": None}


def test_copy_is_judged_the_same_from_both_doors(client, key, tmp_path, adcue):
    rows = [
        {"row_id": "a", "text": "這款果汁三天治好糖尿病", "product": "food"},
        {"row_id": "b", "text": "新鮮現榨柳橙汁，每天早上現做", "product": "food"},
    ]
    path = tmp_path / "ads.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    code, out, _ = adcue("copy-check", path, "--json")
    http = client.post("/v1/copy-checks", json={"rows": rows, "source": "ads.jsonl"}, headers=key())
    assert (code, http.status_code) == (0, 201)
    _alike(json.loads(out), http.json)
    assert [row["verdict"] for row in http.json["rows"]] == ["block", "pass"]
