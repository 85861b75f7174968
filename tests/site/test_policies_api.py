"""The policies for programs: described each by itself, computed exactly, refused in words, kept nowhere."""

import http.client
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from gongbao.gazette import read_gazette
from gongbao.office.api import error
from gongbao.rules.compute import compute
from gongbao.rules.describe import description, summary
from gongbao.systems import policies, policy
from tests.library import made
from tests.program import PATIENCE, ready, serving

pytestmark = pytest.mark.one_database

STAY = {"level": "primary", "total_cost": "1000", "out_of_scope_cost": "300", "on": "2023-01-01"}
COMPUTE = "/api/policies/hospital-bears/compute"


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    cache.clear()


@pytest.fixture
def stranger(db) -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def described(stranger) -> dict[str, Any]:
    return stranger.get("/api/openapi.json").json()


def sent(client: Client, body: Any, address: str = COMPUTE) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(address, data=text, content_type="application/json")


def declared(described: dict[str, Any], route: str, method: str = "get", status: str = "200") -> Draft202012Validator:
    schema = described["paths"][route][method]["responses"][status]["content"]["application/json"]["schema"]
    return Draft202012Validator(schema | {"components": described["components"]})


def test_every_policy_has_a_route_whose_facts_have_a_schema(described):
    validate(described)
    for name, found in policies().items():
        operation = described["paths"][f"/api/policies/{name}/compute"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        assert body["properties"]["facts"] == {"$ref": f"#/components/schemas/facts.{name}"}
        assert set(described["components"]["schemas"][f"facts.{name}"]["properties"]) == set(found.facts.declared())
        assert set(body["properties"]["readings"]["properties"]) == set(found.reading_table)
    assert "/api/policies/{name}/compute" not in described["paths"]
    own = Draft202012Validator(described["components"]["schemas"]["facts.hospital-bears"])
    assert own.is_valid(STAY) and not own.is_valid(STAY | {"level": "village"})


def test_the_list_and_each_policy_are_those_of_the_command_line(stranger, described):
    told = stranger.get("/api/policies").json()
    assert told["items"] == [summary(one) for one in policies().values()]
    declared(described, "/api/policies").validate(told)
    for name, found in policies().items():
        told = stranger.get(f"/api/policies/{name}").json()
        declared(described, "/api/policies/{name}").validate(told)
        assert told.pop("schema_version") and told == json.loads(json.dumps(description(found)))
    assert stranger.get("/api/policies/nothing").json()["field"] == "name"


def test_a_stranger_computes_a_case(stranger, described):
    response = sent(stranger, {"facts": STAY, "explain": True})
    assert response.status_code == 200, response.content
    told = response.json()
    declared(described, COMPUTE, "post").validate(told)
    assert told.pop("schema_version")
    assert told == json.loads(json.dumps(compute(policy("hospital-bears"), STAY).as_json(explain=True)))
    assert told["values"] == {"hospital_bears": "275.00", "person_bears": "25.00"}
    assert response["Cache-Control"] == "no-store" and "ETag" not in response


def test_the_words_of_clauses_are_those_a_visitor_may_see(stranger, described):
    text = (
        "许昌市人民政府办公室关于试行救助办法的通知\n许政办〔2022〕14号\n各县人民政府：\n现印发给你们。\n"
        "许昌市人民政府办公室\n2022年4月1日\n救助办法\n七、费用\n（三）超出部分由医院承担，电话13800001234。\n"
    )
    body = {"facts": STAY, "explain": True, "words": True}
    assert sent(stranger, body).json()["explanation"]["words"] == {}
    made.put(read_gazette(text))
    response = sent(stranger, body)
    declared(described, COMPUTE, "post").validate(response.json())
    assert response.json()["explanation"]["words"] == {
        "许政办〔2022〕14号 七（三）": "超出部分由医院承担，电话＊＊＊。"
    }
    refused = sent(stranger, {"facts": STAY, "words": True})
    assert refused.status_code == 400 and refused.json()["field"] == "words"


def test_numbers_are_read_exactly(stranger):
    facts = json.dumps(STAY).replace('"1000"', "1000.10")
    assert sent(stranger, f'{{"facts": {facts}}}').json()["values"]["hospital_bears"] == "275.00"
    long = json.dumps(STAY).replace('"1000"', "1000.0000000000000000001")
    assert "decimals" in sent(stranger, f'{{"facts": {long}}}').json()["error"]


def test_what_is_missing_is_asked_for_and_the_rest_computed(stranger):
    told = sent(stranger, {"facts": {name: STAY[name] for name in ("level", "on", "total_cost")}}).json()
    assert told["missing"] == ["out_of_scope_cost"]
    assert told["questions"][0]["rule"] in policy("hospital-bears").rules


def test_what_cannot_be_meant_is_told_in_words(stranger, described):
    response = sent(stranger, {"facts": {"level": "village", "total_cost": "-1"}})
    assert response.status_code == 422
    told = response.json()
    declared(described, COMPUTE, "post", "422").validate(told)
    assert [one["path"] for one in told["problems"]] == ["level", "total_cost"]
    assert told["field"] == "level" and all(one["zh"] and one["en"] for one in told["problems"])


def test_as_if(stranger):
    early = {"facts": STAY | {"on": "2021-01-01"}}
    assert sent(stranger, early).status_code == 422
    assert sent(stranger, early | {"as_if": True}).json()["as_if"] is True


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("nonsense", ""),
        ("[]", "facts"),
        ("{}", "facts"),
        ('{"facts": NaN}', ""),
        (b"\xff", ""),
        ('{"facts": {}, "fcts": {}}', "fcts"),
        ('{"facts": {}, "as_if": 1}', "as_if"),
        ('{"facts": {}, "readings": {"a": 1}}', "readings"),
        ('{"facts": {}, "readings": {"a": "b"}}', ""),
        ('{"facts": {}, "figures": {"a": "b"}}', ""),
    ],
)
def test_nonsense(stranger, body, field):
    response = sent(stranger, body)
    assert response.status_code == 400, response.content
    assert response.json()["error"] and response.json()["field"] == field


def test_no_fact_stands_in_an_address(stranger):
    assert sent(stranger, {"facts": STAY}, f"{COMPUTE}?total_cost=1").status_code == 400
    response = stranger.get(COMPUTE)
    assert response.status_code == 405 and "POST" in response.json()["error"]


def test_a_body_too_long(stranger, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert sent(stranger, {"facts": STAY | {"level": "x" * 200}}).status_code == 413


def test_computing_counts_with_the_other_answers(stranger, settings):
    settings.GONGBAO_API_LIMIT = 2
    statuses = [sent(stranger, {"facts": STAY}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


VISIT = {
    "date": "2023-03-01",
    "institution": "某社区卫生服务中心",
    "level": "primary",
    "in_scope_cost": "500",
    "designated": True,
    "settled_directly": True,
    "during_inpatient_stay": False,
    "suspended": False,
}
POOLING = "/api/policies/outpatient-pooling/compute"


def case_of(number: int) -> dict[str, Any]:
    return {"year": 2023, "status": "active", "visits": [VISIT] * number}


def test_so_many_records_are_explained_and_all_are_computed(stranger):
    assert sent(stranger, {"facts": case_of(200), "explain": True}, POOLING).status_code == 200
    refused = sent(stranger, {"facts": case_of(201), "explain": True}, POOLING)
    assert refused.status_code == 400 and refused.json()["field"] == "explain"
    assert "gongbao compute outpatient-pooling" in refused.json()["error"]
    told = sent(stranger, {"facts": case_of(201)}, POOLING)
    assert told.status_code == 200 and len(told.json()["values"]["visits"]) == 201


@pytest.mark.parametrize(("explain", "number", "cost"), [(True, 60, 4), (False, 1_000, 3)])
def test_a_longer_case_counts_as_more_answers(stranger, settings, explain, number, cost):
    body = {"facts": case_of(number), "explain": explain}
    settings.GONGBAO_API_LIMIT = cost - 1
    late = sent(stranger, body, POOLING)
    assert late.status_code == 429 and int(late["Retry-After"]) and "too many" in late.json()["error"]
    cache.clear()
    settings.GONGBAO_API_LIMIT = cost
    assert sent(stranger, body, POOLING).status_code == 200


HALF = "\\ud800"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (f'{{"facts": {{"level": "{HALF}"}}}}', 422),
        (f'{{"facts": {{"{HALF}": 1}}}}', 422),
        (f'{{"facts": {{}}, "{HALF}": 1}}', 400),
        (f'{{"facts": {{}}, "readings": {{"{HALF}": "{HALF}"}}}}', 400),
        (f'{{"facts": {{}}, "figures": {{"{HALF}": "1"}}}}', 400),
        (f'{{"facts": {{}}, "figures": {{"out_of_scope_share[primary]": "{HALF}"}}}}', 400),
    ],
)
def test_half_of_a_pair_of_surrogates_is_refused_in_words(db, body, status):
    answer = sent(Client(raise_request_exception=False), body)
    assert answer.status_code == status, answer.content
    assert answer.json()["error"] and "\\ud800" not in answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        {"facts": STAY, "figures": {"out_of_scope_share[primary]": "x" * 10**6}},
        {"facts": STAY, "figures": {"x" * 10**6: "1"}},
        {"facts": STAY, "readings": {"x" * 10**6: "x" * 10**6}},
        {"facts": STAY | {"x" * 10**6: "1"}},
        {"facts": STAY | {"level": "x" * 10**6}},
    ],
)
def test_of_something_long_little_is_repeated(stranger, body):
    answer = sent(stranger, body)
    assert answer.status_code in (400, 422) and len(answer.content) < 3_000


def test_an_error_is_no_longer_than_anybody_reads():
    told = json.loads(error("x" * 10**6, "y" * 10**6, status=400).content)
    assert len(told["error"]) == 2_000 and len(told["field"]) == 200


# --- how much the server takes of a case


def posted(port: int, path: str, body: bytes | int) -> tuple[int, str, str]:
    """Status, kind and body of the answer. A number is a length that is stated, and nothing sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.putrequest("POST", path)
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(body if isinstance(body, int) else len(body)))
    connection.endheaders()
    if isinstance(body, bytes):
        connection.send(body)
    answer = connection.getresponse()
    told = answer.status, answer.getheader("Content-Type", ""), answer.read().decode()
    connection.close()
    return told


def test_a_case_of_ten_thousand_visits_is_taken_and_what_is_longer_refused_in_json(tmp_path):
    whole = json.dumps({"facts": case_of(10_000)}, ensure_ascii=False).encode()
    assert 2_000_000 < len(whole) < 2_621_440
    with serving(ready(tmp_path / "home")) as (port, _process):
        status, _, body = posted(port, POOLING, whole)
        assert status == 200 and len(json.loads(body)["values"]["visits"]) == 10_000
        for length in (b" " * 2_700_000, 10_000_000):
            status, kind, body = posted(port, POOLING, length)
            assert (status, kind) == (413, "application/json")
            assert json.loads(body)["error"] == "the body is too long: 2.5 MB at most"
