"""The pages of the policies: computed without an account or script, nothing typed lost, nothing of it kept."""

import io
import json
import logging
import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document
from openpyxl import load_workbook

from gongbao.site.log import OneLine
from gongbao.systems import policies
from tests.site.html import read

pytestmark = pytest.mark.one_database

PAGE = "/policies/outpatient-pooling/"
VISIT = {
    "date": "2023-03-01",
    "institution": "某社区卫生服务中心",
    "level": "primary",
    "in_scope_cost": "500",
    "designated": "true",
    "settled_directly": "true",
    "during_inpatient_stay": "false",
    "suspended": "false",
}
CASE = {"year": "2023", "status": "active"} | {f"visits[0].{name}": value for name, value in VISIT.items()}


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    cache.clear()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_policy_has_a_page(client, db, language):
    client.cookies["django_language"] = language
    listed = client.get("/policies/").content.decode()
    for name in policies():
        assert f'href="/policies/{name}/"' in listed
        page = client.get(f"/policies/{name}/")
        assert page.status_code == 200 and "style=" not in page.content.decode()
    assert client.get("/policies/nothing/").status_code == 404


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}compute/"])
def test_a_case_is_computed_for_a_stranger(client, db, address):
    response = client.post(address, CASE)
    words = response.content.decode()
    assert response.status_code == 200 and response["Cache-Control"] == "no-store"
    assert "统筹基金" in words and "第十八条" in words and "缺少事实" not in words


def test_nothing_typed_is_lost(client, db):
    typed = CASE | {"year": "MMXXIII<", "visits[0].in_scope_cost": "-5"}
    for more in ({}, {"more": "visits"}):
        page = client.post(PAGE, typed | more)
        words = page.content.decode()
        assert "MMXXIII&lt;" in words and 'value="-5"' in words and 'value="某社区卫生服务中心"' in words
    assert "无法计算" in client.post(PAGE, typed).content.decode()


def test_rows_are_added_and_taken_away_without_script(client, db):
    more = client.post(PAGE, CASE | {"more": "visits"}).content.decode()
    assert 'name="visits[1].date"' in more
    two = CASE | {f"visits[1].{name}": value for name, value in VISIT.items()} | {"visits[1].in_scope_cost": "77"}
    less = client.post(PAGE, two | {"less": "visits[0]"}).content.decode()
    assert 'value="77"' in less and 'value="500"' not in less


def test_what_is_wrong_is_told_at_its_own_field(client, db):
    # The first row is empty, so that the second is the first record.
    moved = {name.replace("[0]", "[1]"): value for name, value in CASE.items()} | {"visits[1].in_scope_cost": "-5"}
    words = client.post(f"{PAGE}compute/", moved).content.decode()
    assert 'data-mark="f-visits-1-in_scope_cost"' in words


def test_a_query_is_never_read(client, db):
    plain = read(client.get(PAGE)).text()
    assert read(client.get(PAGE, CASE)).text() == plain


def test_nothing_of_a_case_is_logged(client, db, caplog):
    with caplog.at_level(logging.DEBUG):
        client.post(PAGE, CASE | {"visits[0].institution": "祁望川医院"})
        client.post(f"{PAGE}compute/", CASE | {"visits[0].institution": "祁望川医院", "year": "祁望川"})
    assert "gongbao.request" in {one.name for one in caplog.records}
    assert "祁望川" not in "".join(one.getMessage() for one in caplog.records if one.name != "django.db.backends")


def test_a_page_is_not_posted_from_elsewhere(db):
    assert Client(enforce_csrf_checks=True).post(f"{PAGE}compute/", CASE).status_code == 403


@pytest.mark.parametrize(("form", "begins"), [("docx", b"PK"), ("pdf", b"%PDF"), ("json", b"{")])
def test_sheets(client, db, form, begins):
    case = {"facts": {"year": 2023, "status": "active", "visits": [VISIT]}}
    response = client.post(f"{PAGE}sheet.{form}", {"case": json.dumps(case)})
    assert response.status_code == 200 and response.content.startswith(begins)
    assert response["Cache-Control"] == "no-store"
    wrong = client.post(f"{PAGE}sheet.{form}", {"case": json.dumps({"facts": {"year": -1}})})
    assert wrong.status_code == 422
    assert client.get(f"{PAGE}sheet.{form}").status_code == 405


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "null", '{"facts": 3}', '{"facts": {"visits": 3}}', '{"readings": {"a": []}}']
)
def test_a_case_that_is_none_breaks_nothing(client, db, text):
    assert client.post(PAGE, {"case": text}).status_code == 200


def test_computing_is_counted(client, db, settings, monkeypatch):
    monkeypatch.setattr("gongbao.site.api.time", SimpleNamespace(time=lambda: 1_000_000_020.0))
    settings.GONGBAO_API_LIMIT = 1
    assert [client.post(f"{PAGE}compute/", CASE).status_code for _ in range(2)] == [200, 429]
    assert client.get(PAGE).status_code == 200


def test_the_limit_being_used_up_is_drawn_and_tabled(client, db):
    two = CASE | {f"visits[1].{name}": value for name, value in VISIT.items()} | {"visits[1].date": "2023-09-01"}
    words = client.post(PAGE, two).content.decode()
    assert '<svg class="chart fluid"' in words
    assert "2023-03-01" in words and "2023-09-01" in words and 'class="limit"' in words
    missing = {name: value for name, value in two.items() if name != "visits[1].date"}
    assert "<svg" not in client.post(PAGE, missing).content.decode()


def test_the_five_factors_of_nine_units(client, db):
    units = policies()["air-compensation"].facts.declared()["units"].type.item.python.declared()
    case = {"month": "2022-10", "city_pays_province": "false"}
    for place, member in enumerate(units["unit"].type.python):
        for name in units:
            case[f"units[{place}].{name}"] = str(20 + 3 * place)
        case[f"units[{place}].unit"] = member.value
        case |= {f"units[{place}].good_days": str(10 + place), f"units[{place}].good_days_target": "12"}
    words = client.post("/policies/air-compensation/", case).content.decode()
    assert len(re.findall('<rect class="factor-', words)) == 9 * 5 + 5


MANY = "/policies/hospital-bears/many/"
ROWS = (
    "医疗机构级别\t当次住院医疗总费用\t当次超出医疗保险支付范围的费用\t出院日期\n"
    "二级定点医疗机构\t10000\t600\t2022-06-01\n二级\t1\t2\t2022-06-01\n"
)


def test_many_cases_come_back_as_a_workbook(client, db):
    empty = client.get("/policies/hospital-bears/many.xlsx")
    assert empty["Content-Disposition"] == 'attachment; filename="hospital-bears.xlsx"'
    answer = client.post(MANY, {"rows": ROWS})
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet["E2"].value == 100 and sheet["A3"].comment is not None
    # What came back can be given again, with a cell mended or without: it is the same workbook.
    again = client.post(MANY, {"workbook": SimpleUploadedFile("cases.xlsx", answer.content)})
    assert again.status_code == 200
    other = load_workbook(io.BytesIO(again.content)).worksheets[0]
    assert [*other.iter_rows(values_only=True)] == [*sheet.iter_rows(values_only=True)]


def test_what_is_no_workbook_is_refused_and_what_was_pasted_is_kept(client, db):
    for given in (
        {"workbook": SimpleUploadedFile("cases.xlsx", b"text")},
        {},
        {"rows": "x" * 10 + "\n" + "y\n" * 10_001},
    ):
        answer = client.post(MANY, given)
        assert answer.status_code == 422 and "没有进行计算" in answer.content.decode()
        assert given.get("rows", "")[:10] in answer.content.decode()
    assert client.get(MANY).status_code == 405
    assert client.post("/policies/nothing/many/").status_code == 404


def test_a_reading_that_there_is_not_is_refused_in_the_language_of_the_page(client, db):
    chosen = CASE | {"reading:limit_caps": "nothing"}
    for language, words in (("zh-hans", "nothing不是limit_caps（"), ("en", "nothing is no option of limit_caps")):
        client.cookies["django_language"] = language
        whole = {"case": json.dumps({"facts": {"year": 2023}, "readings": {"limit_caps": "nothing"}})}
        for given in (chosen, whole):
            assert words in client.post(f"{PAGE}compute/", given).content.decode()


def test_the_words_of_a_clause_are_told_where_the_library_holds_it(client, db, monkeypatch):
    from gongbao.office.library.clause_links import ClauseLinks, _Found

    monkeypatch.setattr(
        ClauseLinks, "_looked_up", lambda self, document, clause: _Found("/documents/a/b/", f"[{clause}的条文]")
    )
    facts = {"level": "secondary", "total_cost": "10000", "out_of_scope_cost": "600", "on": "2022-06-01"}
    answer = client.post("/policies/hospital-bears/sheet.docx", facts)
    paper = "".join(one.text for one in Document(io.BytesIO(answer.content)).paragraphs)
    page = client.post("/policies/hospital-bears/compute/", facts).content.decode()
    assert paper.count("[七（三）的条文]") == page.count("[七（三）的条文]") == 1
    assert 'href="/documents/a/b/"' in page


def test_asking_too_often_is_told_in_its_place(client, db, settings, monkeypatch):
    monkeypatch.setattr("gongbao.site.api.time", SimpleNamespace(time=lambda: 1_000_000_020.0))
    settings.GONGBAO_API_LIMIT = 1
    answers = [client.post(f"{PAGE}compute/", CASE, headers={"HX-Request": "true"}) for _ in range(3)]
    assert answers[-1].status_code == 429 and "<html" not in answers[-1].content.decode()


def test_a_fact_that_is_asked_for_says_of_which_record_and_what_for(client, db):
    two = CASE | {f"visits[1].{name}": value for name, value in VISIT.items()} | {"visits[1].in_scope_cost": ""}
    asked = client.post(f"{PAGE}compute/", two).content.decode()
    assert "需要第2条的政策范围内门诊费用，用于计算" in asked
    # A check asks for it too; what is computed with it says more.
    asked = client.post(f"{PAGE}compute/", two | {"visits[1].date": ""}).content.decode()
    assert "需要第2条的就诊日期，用于计算起付标准负担" in asked


def test_the_unit_of_a_column_stands_in_its_head(client, db):
    root = read(client.post(f"{PAGE}compute/", CASE).content.decode())
    table = root.all("table")[0]
    assert [one.text() for one in table.all("th")][1:4] == [
        "起付标准负担（元）",
        "统筹基金支付（元）",
        "个人负担（元）",
    ]
    assert all(one.attributes["class"] == "figure" and "元" not in one.text() for one in table.all("td"))


def case_of(number: int) -> dict[str, str]:
    return {"case": json.dumps({"facts": {"year": 2023, "status": "active", "visits": [VISIT] * number}})}


def test_the_steps_of_many_records_are_left_to_the_command_line(client, db, english):
    few, more, many = (client.post(f"{PAGE}compute/", case_of(one)).content.decode() for one in (100, 200, 201))
    told = "gongbao compute outpatient-pooling FILE.json --explain"
    assert "step by step" in few and told not in few and "sheet.pdf" in few
    assert "step by step" in more and told in more and "sheet.pdf" not in more
    assert "step by step" not in many and told in many and "500.00" in many
    data = json.loads(client.post(f"{PAGE}sheet.json", case_of(201)).content)
    assert len(data["values"]["visits"]) == 201 and "explanation" not in data
    for form in ("docx", "pdf"):
        refused = client.post(f"{PAGE}sheet.{form}", case_of(101))
        assert refused.status_code == 422 and "100 records" in refused.content.decode()


@pytest.mark.parametrize(
    ("address", "given", "cost"),
    [
        ("compute/", case_of(60), 1 + 3),
        ("sheet.json", case_of(60), 6 + 3),
        ("sheet.pdf", case_of(40), 6 * (1 + 2)),
        ("many/", {"rows": "年份\n" + "2023\n" * 750}, 20 + 3),
    ],
)
def test_what_is_longer_counts_as_more_answers(client, db, settings, address, given, cost):
    settings.GONGBAO_API_LIMIT = cost - 1
    assert client.post(PAGE + address, given).status_code == 429
    cache.clear()
    settings.GONGBAO_API_LIMIT = cost
    assert client.post(PAGE + address, given).status_code == 200


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handler of the settings writes."""
    handler = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, OneLine))
    assert isinstance(handler, logging.StreamHandler)
    before, handler.stream = handler.stream, io.StringIO()
    yield handler.stream
    handler.stream = before


@pytest.mark.parametrize("address", ["", "compute/", "sheet.docx", "sheet.pdf", "sheet.json"])
@pytest.mark.parametrize("fact", ["祁望川\\ud800", "祁望川\\u0001", "祁望川\\uffff"])
@pytest.mark.parametrize("place", ["name", "fact", "reading", "record"])
def test_signs_that_no_page_can_show_break_nothing_and_are_not_logged(db, log, address, fact, place):
    facts = {
        "name": f'"{fact}": "1"',
        "fact": f'"year": "{fact}"',
        "record": f'"year": "2023", "visits": [{{"date": "2023-01-01", "institution": "{fact}"}}]',
        "reading": "",
    }[place]
    readings = f'"limit_caps": "{fact}"' if place == "reading" else ""
    given = f'{{"facts": {{{facts}}}, "readings": {{{readings}}}}}'
    answer = Client(raise_request_exception=False).post(PAGE + address, {"case": given})
    # U+FFFF can be written, and a text may hold it.
    taken = (place, fact[-4:]) == ("record", "ffff")
    assert answer.status_code == (422 if address.startswith("sheet") and not taken else 200)
    if not address.startswith("sheet") and not taken:
        assert "无法计算" in answer.content.decode()
    assert "Traceback" not in log.getvalue() and "祁望川" not in log.getvalue()


BROKEN = (b"PK\x05\x06" + b"\0" * 18, b"PK\x03\x04", "祁望川".encode())


@pytest.mark.parametrize("given", [*BROKEN, "\x01祁望川", "编号\t年份\n\x01祁望川\t\x02"])
def test_a_broken_table_is_told_in_words_and_not_logged(db, log, given):
    sent = {"rows": given} if isinstance(given, str) else {"workbook": SimpleUploadedFile("cases.xlsx", given)}
    answer = Client(raise_request_exception=False).post(f"{PAGE}many/", sent)
    assert answer.status_code == (200 if isinstance(given, str) else 422)
    assert "Traceback" not in log.getvalue() and "祁望川" not in log.getvalue() and "\\u7941" not in log.getvalue()
