"""The API: what it declares, what it answers, and what a stranger gets of it."""

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from gongbao import SCHEMA_VERSION
from gongbao.gazette.masking import MASK
from gongbao.gazette.model import ClauseKind
from gongbao.office import kept
from gongbao.office.library import contract
from gongbao.office.library.models import Clause, PersonalMark
from gongbao.site import api
from tests.library import test_contract as page
from tests.library.test_content import NAMES, PLAN, ingest
from tests.site.html import read

KEY = "云政办〔2026〕1号"
PLAN_KEY = "云岭政〔2026〕11号"

# Every route with an address that the sample answers, and the section of docs/contract.md that describes its objects.
ROUTES = {
    "/api/documents": ("/api/documents", "gongbao documents --json"),
    "/api/documents/{key}": (f"/api/documents/{KEY}", "gongbao document NUMBER --json"),
    "/api/documents/{key}/status": (f"/api/documents/{KEY}/status", "gongbao status NUMBER --json"),
    "/api/documents/{key}/clauses/{eid}": (f"/api/documents/{KEY}/clauses/art_4", "gongbao clause CITATION --json"),
    "/api/clause": (f"/api/clause?citation={KEY} 第四条", "gongbao clause CITATION --json"),
    "/api/documents/{key}/tables": ("/api/documents/云政办〔2026〕4号/tables", "gongbao tables NUMBER --json"),
    "/api/documents/{key}/tables/{number}": (
        "/api/documents/云政办〔2026〕4号/tables/1",
        "gongbao tables NUMBER --json",
    ),
    "/api/documents/{key}/findings": ("/api/documents/云政办〔2026〕5号/findings", "gongbao check FILE --json"),
    "/api/duties": ("/api/duties", "gongbao duties [NUMBER] --json"),
    "/api/indicators": ("/api/indicators", "gongbao indicators [NUMBER] --json"),
    "/api/findings": ("/api/findings", "gongbao check FILE --json"),
}
LISTS = {
    name: at
    for name, (at, _section) in ROUTES.items()
    if name.split("/")[-1] in ("documents", "tables", "findings", "duties", "indicators")
}
ENVELOPE = {"schema_version", "count", "next", "previous", "items"}


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    cache.clear()


DESCRIBED: list[bytes] = []


@pytest.fixture
def described(client) -> dict[str, Any]:
    """The description; it is made once."""
    if not DESCRIBED:
        DESCRIBED.append(client.get("/api/openapi.json").content)
    return json.loads(DESCRIBED[0])


@pytest.fixture
def other(db, django_user_model) -> Client:
    """Signed in, without any permission."""
    client = Client()
    client.force_login(django_user_model.objects.create_user("other"))
    return client


@pytest.fixture
def staff(db, django_user_model) -> Client:
    """Signed in as one who may see personal data."""
    account = django_user_model.objects.create_user("clerk")
    account.user_permissions.add(Permission.objects.get(codename="see_personal_data"))
    client = Client()
    client.force_login(account)
    return client


def refused(response, status: int, field: str = "") -> str:
    """The words of an error, which has the one form that errors have."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    told = response.json()
    assert set(told) == {"schema_version", "error", "field"}
    assert told["schema_version"] == SCHEMA_VERSION and told["error"]
    assert told["field"] == field
    return str(told["error"])


def every_page(client, address: str) -> list[dict[str, Any]]:
    """All items of a list, by its own links."""
    items: list[dict[str, Any]] = []
    while address:
        told = client.get(address).json()
        assert set(told) == ENVELOPE
        items += told["items"]
        address = told["next"] or ""
    assert len(items) == told["count"]
    return items


# --- the description


def of_the_library(described: dict[str, Any]) -> dict[str, Any]:
    """The routes of the documents; those of the policies have tests of their own (test_policies_api.py)."""
    return {route: methods for route, methods in described["paths"].items() if "/policies" not in route}


def test_the_routes_tested_are_those_there_are(described):
    assert set(of_the_library(described)) == set(ROUTES)
    assert all(set(methods) == {"get"} for methods in of_the_library(described).values())


def test_the_description_is_openapi_and_complete(described):
    validate(described)
    assert described["openapi"].startswith("3.1")
    assert described["info"]["version"] == SCHEMA_VERSION
    names = [one["operationId"] for methods in described["paths"].values() for one in methods.values()]
    assert len(set(names)) == len(names)
    for route, methods in of_the_library(described).items():
        operation = methods["get"]
        assert operation["summary"] and operation["description"] and operation["tags"]
        assert set(operation["responses"]) == {"200", "400", "404", "429", "500"}
        for parameter in operation["parameters"]:
            assert parameter["description"] and "null" not in json.dumps(parameter["schema"]), (route, parameter)
            kinds = {"type", "$ref", "anyOf"} & set(parameter["schema"])
            assert kinds, (route, parameter)
    for object_name, declared in described["components"]["schemas"].items():
        if object_name.startswith("facts."):
            continue  # the schema of a policy's own facts
        for name, field in declared.get("properties", {}).items():
            assert field["description"], name
        assert set(declared.get("properties", {})) == set(declared.get("required", []))


def told_by_contract(section: str, described: dict[str, Any], name: str, above: str = "") -> dict[str, str]:
    """The fields of a declared object as docs/contract.md would have them."""
    out = {}
    schemas = described["components"]["schemas"]

    def kind(schema: dict[str, Any], path: str) -> str:
        if "anyOf" in schema:
            (one, null) = schema["anyOf"]
            assert null == {"type": "null"}
            return f"{kind(one, path)} or null"
        if "$ref" in schema:
            below = schema["$ref"].rpartition("/")[2]
            if "enum" in schemas[below]:
                return enumeration(schemas[below]["enum"])
            if below in ("Clause", "Column"):
                return below.lower()
            out.update(told_by_contract(section, described, below, f"{path}[]." if array else f"{path}."))
            return "object"
        if "enum" in schema:
            return enumeration(schema["enum"])
        if schema["type"] == "array":
            return f"list of {kind(schema['items'], path)}"
        if schema["type"] == "object":
            below = schema["additionalProperties"]
            return "object of column" if "$ref" in below else "object of cell"
        return {"date": "date", "date-time": "timestamp"}.get(schema.get("format", ""), schema["type"])

    for field, schema in schemas[name]["properties"].items():
        array = schema.get("type") == "array"
        out[above + field] = kind(schema, above + field)
    return out


def enumeration(values: list[str]) -> str:
    known = page.ENUMERATIONS | {"clause kinds": [one.value for one in ClauseKind]}
    return "one of " + next(name for name, there in known.items() if there == values)


@pytest.mark.one_database
@pytest.mark.parametrize("route", ROUTES)
def test_what_is_declared_is_the_contract(described, route):
    section = ROUTES[route][1]
    answer = described["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    name = answer["$ref"].rpartition("/")[2]
    if route in LISTS:
        listed = described["components"]["schemas"][name]["properties"]
        assert set(listed) == ENVELOPE
        name = listed["items"]["items"]["$ref"].rpartition("/")[2]
    wanted = page.fields(section)
    if section.startswith("gongbao document "):
        wanted |= page.fields("gongbao documents --json")
    if section.startswith("gongbao clause "):
        wanted |= page.fields("Clauses")
    declared = told_by_contract(section, described, name)
    assert declared == wanted


@pytest.mark.one_database
@pytest.mark.parametrize("kind", ["Error", "Clause", "Column"])
def test_the_other_objects(described, kind):
    fields = set(described["components"]["schemas"][kind]["properties"])
    there = {"Error": {"schema_version", "error", "field"}, "Clause": set(page.fields("Clauses"))}
    assert fields == there.get(kind, {"type", "unit"})


def test_every_answer_is_what_is_declared(client, sample, described):
    ingest(PLAN)
    more = [
        f"/api/documents/{key['key']}{below}"
        for key in client.get("/api/documents").json()["items"]
        for below in ("", "/status", "/tables", "/findings")
    ]
    for route, address in [
        *((name, at) for name, (at, _section) in ROUTES.items()),
        *((re.sub("documents/[^/]+", "documents/{key}", at), at) for at in more),
    ]:
        response = client.get(address)
        assert response.status_code == 200, address
        schema = described["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator(
            schema | {"components": described["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        told = response.json()
        validator.validate(told)
        wanted = page.fields(ROUTES[route][1])
        if "document NUMBER" in ROUTES[route][1]:
            wanted |= page.fields("gongbao documents --json")
        if "clause CITATION" in ROUTES[route][1]:
            wanted |= page.fields("Clauses")
        for one in told["items"] if route in LISTS else [told]:
            page.check(one, wanted, set())
    for address in ROUTES.values():
        assert client.get(address[0]).json(), address
    for route, address in LISTS.items():
        assert client.get(address).json()["count"] > 0, route


def test_the_objects_are_those_of_the_command_line(client, sample, capsys):
    from gongbao import cli

    def printed(*arguments: str) -> Any:
        with pytest.raises(SystemExit):
            cli.run([*arguments, "--json"])
        return json.loads(capsys.readouterr().out)

    assert client.get("/api/documents").json()["items"] == printed("documents")
    assert client.get(f"/api/documents/{KEY}").json() == printed("document", KEY, "--masked")
    assert client.get(f"/api/documents/{KEY}/status?on=2029-12-31").json() == printed(
        "status", KEY, "--on", "2029-12-31"
    )
    assert client.get(f"/api/clause?citation={KEY} 第四条").json() == printed("clause", f"{KEY} 第四条", "--masked")
    assert every_page(client, "/api/duties?size=20") == printed("duties", "--masked")
    assert every_page(client, "/api/indicators?size=20") == printed("indicators", "--masked")


# --- who gets what


@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_and_accounts_get_an_answer_of_every_route(client, other, staff, sample, route):
    address = ROUTES[route][0]
    stranger = client.get(address)
    assert stranger.status_code == 200
    assert stranger["Content-Type"] == "application/json"
    assert "set-cookie" not in {name.lower() for name in stranger.headers}
    assert other.get(address).content == stranger.content
    assert staff.get(address).status_code == 200


@pytest.mark.one_database
def test_a_stranger_meets_no_personal_data_in_any_answer(client, other, staff, sample, settings):
    settings.GONGBAO_API_LIMIT = 100_000
    ingest(PLAN)
    values = set(PersonalMark.objects.values_list("value", flat=True))
    assert set(NAMES[:2]) <= values
    keys = [one["key"] for one in client.get("/api/documents?size=200").json()["items"]]
    addresses = [f"{name}?size=200" for name in ("/api/documents", "/api/duties", "/api/indicators", "/api/findings")]
    addresses += [f"/api/documents/{key}{below}" for key in keys for below in ("", "/status", "/tables", "/findings")]
    addresses += [
        f"/api/documents/{key}/clauses/{eid}"
        for key, eid in Clause.objects.filter(revision__current_of__isnull=False).values_list(
            "revision__document__key", "eid"
        )
    ]
    masked = 0
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert other.get(address).content == response.content, address
        words = response.content.decode()
        masked += MASK in words
        for value in values:
            assert value not in words, address
    assert masked
    for below in ("", "/tables"):
        assert NAMES[0] in staff.get(f"/api/documents/{PLAN_KEY}{below}").content.decode()


def test_a_stranger_finds_nothing_by_it(client, other, staff, sample):
    ingest(PLAN)
    for value in PersonalMark.objects.values_list("value", flat=True):
        for path, field in (("documents", "text"), ("duties", "unit"), ("indicators", "text")):
            for reader in (client, other):
                assert reader.get(f"/api/{path}", {field: value}).json()["count"] == 0
    assert staff.get("/api/documents", {"text": NAMES[0]}).json()["count"] == 1


def test_an_error_names_no_person(client, staff, db):
    ingest(PLAN)
    with kept.action("test"):
        Clause.objects.filter(locator="一1").update(locator=f"专栏{NAMES[0]}1", locator_key="x1")
        Clause.objects.filter(locator="一2").update(locator=f"专栏{NAMES[0]}2", locator_key="x2")
    asked = {"citation": f"{PLAN_KEY} 专栏{NAMES[0]}3"}
    assert NAMES[0] in refused(staff.get("/api/clause", asked), 404, "citation").partition("near it")[2]
    told = refused(client.get("/api/clause", asked), 404, "citation").partition("near it")[2]
    assert MASK in told and NAMES[0] not in told


@pytest.mark.one_database
@pytest.mark.parametrize("route", [*ROUTES, "/api/openapi.json"])
def test_nothing_can_be_written(sample, staff, route):
    address = ROUTES.get(route, (route, ""))[0]
    for method in ("post", "put", "patch", "delete"):
        for reader in (Client(enforce_csrf_checks=True), staff):
            response = getattr(reader, method)(address)
            assert "read only" in refused(response, 405), method
            assert response["Allow"] == "GET, HEAD, OPTIONS", method


@pytest.mark.one_database
@pytest.mark.parametrize("route", [*ROUTES, "/api/openapi.json"])
def test_head_and_options(client, sample, route):
    address = ROUTES.get(route, (route, ""))[0]
    whole = client.get(address)
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(whole.content)) and head["ETag"] == whole["ETag"]
    options = client.options(address)
    assert (options.status_code, options.content) == (204, b"")
    assert options["Allow"] == options["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


# --- documents, clauses, lists


def test_documents_are_filtered(client, sample):
    def keys(**asked: Any) -> list[str]:
        return [one["key"] for one in client.get("/api/documents", asked).json()["items"]]

    assert len(keys()) == 8
    assert KEY in keys(issuer="云澜市人民政府办公室", kind="notice", year=2026)
    assert keys(year=2025) == [] and keys(issuer="别处") == []
    assert keys(text="云政办[2026]1号")[0] == KEY
    assert KEY in keys(gazette="云澜市人民政府公报2026年第1期", status="expired", on="2099-01-01")
    one = client.get("/api/documents", {"on": "2020-01-01", "text": KEY}).json()["items"][0]
    assert (one["status"], one["status_on"]) == ("not_yet", "2020-01-01")


@pytest.mark.parametrize("written", ["云政办[2026]1号", "云政办（2026） 1 号", "云政办〔2026〕1号"])
def test_a_number_in_any_brackets(client, sample, written):
    for below in ("", "/status", "/tables", "/findings", "/clauses/art_4"):
        assert client.get(f"/api/documents/{quote(written)}{below}").status_code == 200
    assert client.get("/api/clause", {"citation": f"{written} 第4条"}).json()["eid"] == "art_4"
    for path in ("duties", "indicators", "findings"):
        narrowed = client.get(f"/api/{path}", {"document": written, "size": 200}).json()
        assert narrowed == client.get(f"/api/{path}", {"document": KEY, "size": 200}).json() | {
            "next": narrowed["next"]
        }


def test_what_is_not_there_is_named(client, sample):
    assert "near it are 云政办〔2026〕" in refused(client.get("/api/documents/云政办〔2026〕99号"), 404, "key")
    for below in ("/status", "/tables", "/findings", "/clauses/art_1"):
        refused(client.get(f"/api/documents/云政办〔2026〕99号{below}"), 404, "key")
    refused(client.get(f"/api/documents/{KEY}/clauses/art_999"), 404, "eid")
    refused(client.get("/api/clause", {"citation": f"{KEY} 第九百条"}), 404, "citation")
    refused(client.get("/api/clause", {"citation": KEY}), 404, "citation")
    refused(client.get("/api/clause"), 400, "citation")
    for path in ("duties", "indicators", "findings"):
        refused(client.get(f"/api/{path}", {"document": "云政办〔2026〕99号"}), 404, "document")
    # Advice for the command line is none for a program.
    assert "gongbao " not in refused(client.get("/api/documents/zzz"), 404, "key")


def test_duties_indicators_and_findings_are_filtered(client, sample):
    def items(path: str, **asked: Any) -> list[dict[str, Any]]:
        return client.get(f"/api/{path}", asked | {"size": 200}).json()["items"]

    days = [one["deadline"]["date"] for one in items("duties", **{"from": "2026-01-01", "until": "2026-12-31"})]
    assert days and days == sorted(days) and all(day.startswith("2026") for day in days)
    unit = next(one["lead"][0] for one in items("duties") if one["lead"])
    led = items("duties", unit=unit, leads="true")
    assert led and all(unit in one["lead"] for one in led)
    assert len(items("duties", unit=unit)) >= len(led)
    assert all(one["deadline"]["kind"] == "recurring" for one in items("duties", kind="recurring"))
    assert all(one["deadline"] is None for one in items("duties", kind="none"))
    assert [one["unit"] for one in items("indicators", text="浓度", year=2026)] == ["微克/立方米"]
    assert all(one["kind"] == "recognition" for one in items("findings", kind="recognition", severity="warning"))


@pytest.mark.parametrize("route", LISTS)
def test_a_list_comes_in_pages(client, sample, route):
    address = LISTS[route]
    whole = client.get(address, {"size": 200}).json()
    assert (whole["next"], whole["previous"], len(whole["items"])) == (None, None, whole["count"])
    seen: list[Any] = []
    at, before = f"{address}?size=1", None
    for _turn in range(min(whole["count"], 5)):
        told = client.get(at).json()
        assert told["previous"] == before and len(told["items"]) == 1
        seen += told["items"]
        before, at = (told["previous"] and at) or _with_page(at), told["next"]
    assert seen == whole["items"][:5]
    assert "the last is" in refused(client.get(address, {"page": whole["count"] + 1, "size": 1}), 404, "page")
    for size in ("0", "201", "-1", "x", "1.0", "10" * 20):
        refused(client.get(address, {"size": size}), 400, "size")
    for number in ("0", "-1", "x", " 1", "1_0", "١", "1" * 30):
        refused(client.get(address, {"page": number}), 400, "page")


def _with_page(at: str) -> str:
    parts = urlsplit(at if "//" in at else f"http://testserver{at}")
    query = parts.query if "page=" in parts.query else f"{parts.query}&page=1"
    return f"http://testserver{quote(parts.path)}?{query}"


def test_an_empty_list_has_one_page(client, db):
    for path in ("documents", "duties", "indicators", "findings"):
        told = client.get(f"/api/{path}").json()
        assert (told["count"], told["items"], told["next"], told["previous"]) == (0, [], None, None)
    assert "library is empty" in refused(client.get("/api/documents/1"), 404, "key")


# --- what cannot be understood


WRONG = {
    "page": ["0", "x", ""],
    "size": ["0", "201", "x", ""],
    "year": ["MMXX", "0", "99999", "1" + "0" * 30, "-1", "2026.0", "", "%00"],
    "on": ["2026-02-30", "yesterday", "20260101", "1767225600", "99999-01-01", "2026-1-1", "", "２０２６-01-01"],
    "from": ["2026-02-30", "x", ""],
    "until": ["2026-02-30", "x", ""],
    "kind": ["poem", "", "NOTICE", "%00"],
    "status": ["dead", ""],
    "severity": ["deadly", ""],
    "leads": ["maybe", ""],
    "first_row": ["-1", "x", "", "1.0", "1" * 30],
    "text": ["", "%20", "%00", "a%00b", "x" * 201, "%E2%80%AE"],
    "gazette": ["", "%00", "x" * 201],
    "issuer": ["", "%00", "x" * 201],
    "unit": ["", "%20%20", "%00", "x" * 201],
    "document": ["", "%00", "x" * 201],
    "citation": ["", "%00", "x" * 201],
}


@pytest.mark.parametrize("route", ROUTES)
def test_nonsense_is_told_and_never_passed_over(client, sample, settings, described, route):
    settings.GONGBAO_API_LIMIT = 100_000
    address = ROUTES[route][0].partition("?")[0]
    known = {one["name"] for one in described["paths"][route]["get"]["parameters"] if one["in"] == "query"}
    needed = {"citation": f"{KEY} 第四条"} if route == "/api/clause" else {}
    for name in known:
        for value in WRONG[name]:
            rest = urlencode({key: there for key, there in needed.items() if key != name})
            told = refused(client.get(f"{address}?{rest}&{name}={value}"), 400, name)
            assert told.startswith(f"{name} is ") and len(told) < 300
        again = urlencode(needed | {name: "1"}) + f"&{name}=2"
        assert "more than once" in refused(client.get(f"{address}?{again}"), 400, name)
    told = refused(client.get(f"{address}?{urlencode(needed | {'yaer': 1})}"), 400, "yaer")
    assert all(name in told for name in known)
    if "on" not in known:
        refused(client.get(f"{address}?{urlencode(needed | {'on': '2026-01-01'})}"), 400, "on")


def test_odd_names_break_nothing(client, sample, settings):
    settings.GONGBAO_API_LIMIT = 100_000
    odd = ["%00", "x" * 3000, "1" + "0" * 30, "%27%3B--", "..%2F..", "%E4%BA", "一" * 3000, "第(" * 1500, "%0A", "٣"]
    for name in odd:
        for below in ("", "/status", "/tables", "/findings", "/clauses/art_1"):
            refused(client.get(f"/api/documents/{name}{below}"), 404, "" if "%2F" in name else "key")
        refused(client.get(f"/api/documents/{KEY}/clauses/{name}"), 404, "" if "%2F" in name else "eid")
    for address in ("/api/", "/api"):
        assert client.get(address, follow=True).redirect_chain[-1][0] == "/api/docs"
    for address in ("/api/nothing", "/api/documents/", "/api/openapi.jso", "/api/documents/a/b/c/d", "/api//documents"):
        assert "/api/docs" in refused(client.get(address), 404)


def test_a_fault_tells_nothing_of_itself(client, sample, monkeypatch):
    def broken(*arguments: Any) -> Any:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(contract, "document", broken)
    client.raise_request_exception = False
    told = refused(client.get("/api/documents"), 500)
    assert "secret" not in told
    assert client.get("/api/duties").status_code == 200


# --- how many answers


def test_a_limit_for_each_address_and_none_for_pages(client, sample, settings, monkeypatch):
    settings.GONGBAO_API_LIMIT = 3
    now = [1_800_000_000.0]
    monkeypatch.setattr(api.time, "time", lambda: now[0])
    for _turn in range(3):
        assert client.get("/api/documents").status_code == 200
    response = client.get("/api/duties")
    assert "3 a minute" in refused(response, 429)
    assert 1 <= int(response["Retry-After"]) <= 60
    # A header that anybody can write changes nothing, and another address has a limit of its own.
    refused(client.get("/api/documents", headers={"X-Forwarded-For": "192.0.2.7"}), 429)
    refused(client.options("/api/documents"), 429)
    assert client.get("/api/documents", REMOTE_ADDR="192.0.2.8").status_code == 200
    for path in ("/", "/documents/", "/duties/", "/api/docs"):
        assert client.get(path).status_code == 200
    now[0] += int(response["Retry-After"])
    assert client.get("/api/documents").status_code == 200


def test_behind_a_proxy_the_caller_is_counted(client, db, settings, monkeypatch):
    monkeypatch.setattr("gongbao.site.api.time", SimpleNamespace(time=lambda: 1_800_000_060.0))
    settings.GONGBAO_API_LIMIT = 2
    settings.GONGBAO_PROXY = "10.0.0.1"

    def asked(forwarded: str, by: str = "10.0.0.1") -> int:
        return client.get("/api/documents", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=by).status_code

    # What stands in front of the address that the proxy wrote, the caller wrote.
    assert [asked(f"192.0.2.{turn}, 198.51.100.5") for turn in range(3)] == [200, 200, 429]
    assert asked("198.51.100.5, 198.51.100.6") == 200
    # Not the proxy: the header is not read.
    assert [asked(f"192.0.2.{turn}", "203.0.113.9") for turn in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    ("one", "another", "together"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "not an address", True),
    ],
)
def test_whose_requests_are_counted_together(rf, one, another, together):
    def name(address: str) -> str:
        request = rf.get("/api/documents", REMOTE_ADDR=address)
        request.user = type("Nobody", (), {"is_authenticated": False})()
        return api.asking(request)

    assert (name(one) == name(another)) is together


def test_an_account_is_counted_by_itself_and_gets_more(client, other, db, settings, monkeypatch):
    # All in one minute, however long they take here.
    monkeypatch.setattr("gongbao.site.api.time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    settings.GONGBAO_API_LIMIT = 1
    assert [client.get("/api/documents").status_code for _turn in range(2)] == [200, 429]
    assert [other.get("/api/documents").status_code for _turn in range(11)] == [200] * 10 + [429]


SETTINGS = "from gongbao.site import settings as s; print(s.CACHES['default']['BACKEND'], s.GONGBAO_API_LIMIT)"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "locmem"),
        ({"GONGBAO_CACHE": "/somewhere/counts", "GONGBAO_API_LIMIT": "30"}, "filebased.FileBasedCache 30"),
        ({"GONGBAO_CACHE": "memcached://secret"}, "GONGBAO_CACHE is neither"),
        ({"GONGBAO_CACHE": "counts"}, "GONGBAO_CACHE is neither"),
        ({"GONGBAO_API_LIMIT": "0"}, "GONGBAO_API_LIMIT is '0'"),
        ({"GONGBAO_API_LIMIT": "many"}, "GONGBAO_API_LIMIT is 'many'"),
    ],
)
def test_the_settings_of_the_limit(given, told, tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GONGBAO_")}
    environment |= {"GONGBAO_HOME": str(tmp_path), "GONGBAO_SECRET_KEY": "x" * 50} | given
    done = subprocess.run([sys.executable, "-c", SETTINGS], env=environment, capture_output=True, text=True, timeout=60)
    assert told in done.stdout + done.stderr
    assert "secret" not in done.stderr.rpartition("GongbaoError")[2]


# --- who may keep and read an answer


def test_what_has_not_changed_is_not_sent_again(client, staff, sample):
    for name, (address, _section) in ROUTES.items():
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), name
        assert again["ETag"] == first["ETag"]
    ingest(PLAN)
    etag = client.get(f"/api/documents/{PLAN_KEY}")["ETag"]
    # What another reader sees is another answer.
    assert staff.get(f"/api/documents/{PLAN_KEY}", headers={"If-None-Match": etag}).status_code == 200


def test_only_what_anybody_may_read_is_kept_or_read_by_other_sites(client, other, staff, sample):
    for address in ("/api/documents", "/api/nothing", "/api/documents?year=x", "/api/openapi.json"):
        response = client.get(address, headers={"Origin": "https://elsewhere.example"})
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Cache-Control"] == "no-cache"
        assert "Cookie" in response["Vary"]
        assert "Access-Control-Allow-Credentials" not in response
        for reader in (other, staff):
            own = reader.get(address, headers={"Origin": "https://elsewhere.example"})
            assert "Access-Control-Allow-Origin" not in own
            assert "no-store" in own["Cache-Control"]


# --- the page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_tells_every_route_in_both_languages(client, db, described, language):
    client.cookies["django_language"] = language
    response = client.get("/api/docs")
    shown = read(response)
    text = shown.text()
    for route, method, told in [
        (route, method, told) for route, methods in described["paths"].items() for method, told in methods.items()
    ]:
        assert f"{method.upper()} {route}" in text
        assert (told["summary"] in text) is (language == "en")
        for parameter in told["parameters"]:
            assert parameter["name"] in text
    for name in described["components"]["schemas"]:
        assert shown.one("h3", id=f"object-{name}")
    words = response.content.decode()
    assert len(re.findall("<script", words)) == 1 and "<style" not in words and "style=" not in words
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", words)
    assert "script-src" not in response["Content-Security-Policy"]


def test_pages_lead_to_it(client, sample):
    assert read(client.get("/")).all("a", href="/api/docs")
