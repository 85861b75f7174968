"""The page of a change: its numbers are those of compare(), whoever asks, in whatever form; and nobody's data."""

import csv
import io
import json
import threading
import time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from gongbao.core.errors import GongbaoError
from gongbao.office.people.roles import Role
from gongbao.rules.what_if import Reform, compare
from gongbao.site.what_if import answers, asked, figures, populations
from gongbao.site.what_if.populations import DEMONSTRATION, FAILED, READY, Registry, registry
from gongbao.systems import policies, policy
from gongbao.systems import populations as all_populations
from tests.people.made import holder_of, keep_city, open_account
from tests.program import PATIENCE
from tests.site.html import Element, read

AID = "/policies/medical-assistance/what-if/"
RATE = "f.inpatient_rate[subsistence_allowance]"
REFORM = Reform({"inpatient_rate[subsistence_allowance]": "75%", "limit[near_subsistence]": "8000"})
CHANGED = {RATE: "75", "f.limit[near_subsistence]": "8000"}


@pytest.fixture(autouse=True)
def nobody_has_asked_yet(monkeypatch):
    cache.clear()
    # Many enough to be in every group, and few enough to be made in no time.
    monkeypatch.setattr(populations, "PERSONS", 1_500)


def brought(name: str = "medical-assistance", population_name: str = DEMONSTRATION) -> answers.Ready:
    """The population, once it is in the memory of the process."""
    for _ in range(PATIENCE * 20):
        held = registry.get(policy(name), population_name)
        assert held.state != FAILED, held.error
        if held.state == READY:
            return held.ready
        time.sleep(0.05)
    raise AssertionError("it was not loaded")


@pytest.fixture
def aid(db) -> answers.Ready:
    return brought()


def texts(page: Element, tag: str, **attributes: str) -> list[str]:
    return [" ".join(one.text().split()) for one in page.all(tag, **attributes)]


def marked(page: Element, name: str) -> list[str]:
    return [" ".join(one.text().split()) for one in page.walk() if name in one.attributes]


def field(page: Element, name: str) -> str:
    return next(one.attributes["value"] for one in page.all("input", name=name) if one.attributes["type"] == "text")


def wrong(page: Element) -> dict[str, str]:
    return {one.attributes["data-mark"]: one.text().strip() for one in page.walk() if "data-mark" in one.attributes}


def amount(number: int) -> str:
    return f"{Decimal(number).scaleb(-2):,}".replace("-", "−")


# --- numbers


def test_the_numbers_of_the_page_are_those_of_compare(aid, client):
    found = compare(aid.population, REFORM, by=["category"]).outcome
    assert found.total.gained and found.total.lost and found.total.change
    for address in (AID, f"{AID}answer/"):
        page = read(client.get(address, CHANGED))
        assert marked(page, "data-total") == [amount(found.total.after)]
        assert marked(page, "data-change") == [f"+{amount(found.total.change)}"]
        sums = next(one for one in page.all("table", class_="sums"))
        cells = [texts(row, "td") for row in sums.all("tr")[1:]]
        assert cells[0] == [amount(found.total.before), amount(found.total.after)]
        assert [row[1] for row in cells[2::2]][:2] == [f"{found.total.gained:,}", f"{found.total.lost:,}"]
        assert [row[1] for row in cells[6:]] == [f"{found.total.entered:,}", f"{found.total.left:,}"]
    by_category = {texts(row, "th")[0]: texts(row, "td") for row in page.all("tr") if len(texts(row, "td")) == 6}
    ((_dimension, groups),) = found.by
    assert by_category == {
        group.label.zh: [
            f"{row.persons:,}",
            amount(row.before),
            f"{'+' if row.change > 0 else ''}{amount(row.change)}",
            f"{row.gained:,}",
            f"{row.lost:,}",
            f"{row.entered:,} / {row.left:,}",
        ]
        for group, row in groups
    }


def test_two_changes_stand_side_by_side(aid, client):
    client.cookies["django_language"] = "en"
    kept = client.get(AID, CHANGED | {"keep": "1"})
    assert kept.status_code == 302 and "a.f.limit[near_subsistence]=8000" in kept["Location"]
    page = read(client.get(kept["Location"] + "&f.supplementary_line=10000"))
    other = Reform(REFORM.figures | {"supplementary_line": "10000"})
    found = compare(aid.population, other, against=REFORM)
    assert marked(page, "data-total") == [amount(found.against.total.after), amount(found.outcome.total.after)]
    between = found.between.total
    words = f"From A to B: {between.gained:,} rise, {between.lost:,} fall, +{amount(between.change)} yuan in all."
    assert words in " ".join(page.text().split())
    swapped = client.get(kept["Location"] + "&f.supplementary_line=10000&swap=1")["Location"]
    assert "a.f.supplementary_line=10000" in swapped and "&f.supplementary_line" not in swapped
    assert "a=1" not in client.get(swapped + "&drop=1")["Location"]


def test_a_reading_is_a_switch(aid, client):
    found = compare(aid.population, Reform(readings={"unreferred_treatment": "excluded"})).outcome
    page = read(client.get(AID, {"r.unreferred_treatment": "excluded"}))
    assert marked(page, "data-total") == [amount(found.total.after)]
    chosen = [one for one in page.all("input", name="r.unreferred_treatment") if "checked" in one.attributes]
    assert [one.attributes["value"] for one in chosen] == ["excluded"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", list(all_populations()))
def test_every_policy_has_a_page_with_every_figure_and_reading(client, db, name, language):
    client.cookies["django_language"] = language
    ready = brought(name)
    address = f"/policies/{name}/what-if/"
    page = read(client.get(address))
    fields = {one.attributes["name"] for one in page.all("input") if one.attributes.get("type") == "text"}
    known = figures.sliders(ready.policy)
    assert fields == {f"f.{one}" for one in known}
    assert len(page.all("input", type="range")) == sum(one.is_number for one in known.values())
    readings = {one.attributes["name"] for one in page.all("input", type="radio")}
    assert readings == {f"r.{one}" for one in ready.policy.reading_table}
    assert marked(page, "data-total")
    assert not [one for one in page.walk() if "style" in one.attributes]
    # From the policy and from the list one comes here.
    for before in ("/policies/", f"/policies/{name}/"):
        assert f'href="{address}"' in client.get(before).content.decode()


@pytest.mark.parametrize("name", list(all_populations()))
def test_every_slider_holds_its_value_and_what_it_moves_to_is_taken(name):
    found = policy(name)
    for one in figures.sliders(found).values():
        assert one.read(one.value) == (None, "")
        if not one.is_number:
            continue
        low, high, step, value = map(Decimal, (one.low, one.high, one.step, one.value))
        assert low <= value <= high and low < high and not (value - low) % step
        for moved in (low, high, low + step):
            if part_of_a_scale(one):
                continue
            change, words = one.read(str(moved))
            assert not words
            assert change is None or found.figure_table.changed({one.name: change})


def part_of_a_scale(one: figures.Slider) -> bool:
    return one.part == "above"


# --- what is typed, and what stands in an address


def test_nonsense_is_told_at_its_field_and_the_rest_is_computed(aid, client):
    client.cookies["django_language"] = "en"
    found = compare(aid.population, REFORM).outcome
    bad = {
        "f.limit[extreme_hardship]": "thirty<",
        "f.limit[rural_at_risk]": "-5",
        "f.limit[illness_impoverished]": "1.005",
        "f.supplementary_rate": "99999999",
    }
    for address in (AID, f"{AID}answer/"):
        page = read(client.get(address, CHANGED | bad))
        told = wrong(page)
        assert set(told) == {
            f"f-f-{one}"
            for one in (
                "limit-extreme_hardship",
                "limit-rural_at_risk",
                "limit-illness_impoverished",
                "supplementary_rate",
            )
        }
        assert told["f-f-limit-extreme_hardship"] == "This is no number."
        assert "beyond" in told["f-f-limit-rural_at_risk"] and "decimals" in told["f-f-limit-illness_impoverished"]
        assert marked(page, "data-total") == [amount(found.total.after)]
    page = read(client.get(AID, CHANGED | bad))
    assert field(page, "f.limit[extreme_hardship]") == "thirty<"
    assert page.one(id="m-f-f-limit-extreme_hardship").text() == "This is no number."
    assert field(page, RATE) == "75"


def test_bands_that_would_not_rise_any_more_are_told(client, db):
    brought("air-compensation")
    page = read(client.get("/policies/air-compensation/what-if/", {"f.pm25_above[0].above": "7"}))
    assert list(wrong(page)) == ["f-f-pm25_above-0-above"]


def test_what_there_is_not_is_passed_over_and_told(aid, client):
    page = read(client.get(AID, CHANGED | {"f.nothing": "1", "x<y": "2", "r.unreferred_treatment": "perhaps"}))
    assert texts(page, "code") == ["f.nothing", "x<y", "r.unreferred_treatment=perhaps"]
    assert marked(page, "data-total") == [amount(compare(aid.population, REFORM).outcome.total.after)]
    for odd in ({"value": "nothing"}, {"over": "on"}, {"by": "nothing"}):
        ((name, value),) = odd.items()
        assert texts(read(client.get(AID, odd)), "code") == [f"{name}={value}"]
    for address in ("", "answer/", "table.csv"):
        assert client.get(f"/policies/nothing/what-if/{address}").status_code == 404
    assert client.get(f"{AID}table.pdf").status_code == 404
    assert client.get(AID, {"population": "../../secret_key"}).status_code == 302


def test_a_form_without_script_goes_on_to_the_address_of_a_link(aid, client):
    page = read(client.get(AID))
    sent = {
        one.attributes["name"]: one.attributes["value"]
        for one in page.all("input")
        if "name" in one.attributes and one.attributes["type"] == "text"
    }
    answer = client.get(AID, sent | {RATE: "75 %", "value": "", "by": "district", "r.unreferred_treatment": "as_is"})
    assert answer.status_code == 302 and answer["Location"] == f"{AID}?{RATE}=75&by=district"
    again = client.get(answer["Location"])
    assert again.status_code == 200 and field(read(again), RATE) == "75"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "f.limit[resident]=1",
        "f.inpatient_rate[subsistence_allowance]=75%25&f.supplementary_line=１２，０００",
        "a=1&f.supplementary_line=12000.50&r.unreferred_treatment=excluded&by=district&value=basic_aid",
        "a=1&a.r.unreferred_treatment=excluded&a.f.supplementary_limit=0&population=demonstration",
    ],
)
def test_an_address_opens_what_it_was_made_of(query):
    found = policy("medical-assistance")
    first = answers.settled(found, asked.read(found, QueryDict(query)))
    again = answers.settled(found, asked.read(found, QueryDict(first.query())))
    assert again.query() == first.query() and (again.change, again.kept) == (first.change, first.kept)
    assert QueryDict(again.query()).dict() == QueryDict(first.query()).dict()


# --- tables


def rows_of_csv(response) -> list[dict[str, str]]:
    assert response["Content-Type"].startswith("text/csv") and 'filename="' in response["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_tables_hold_the_same_numbers(aid, client):
    client.cookies["django_language"] = "en"
    found = compare(aid.population, REFORM, by=["district"]).outcome
    rows = rows_of_csv(client.get(f"{AID}table.csv", CHANGED))
    whole = rows[0]
    assert Decimal(whole["total aid: changed (yuan)"]) == Decimal(found.total.after).scaleb(-2)
    of_district = {row["Group"]: row for row in rows if row["Divided by"] == "District"}
    ((_dimension, groups),) = found.by
    assert {name: Decimal(row["change (yuan)"]) for name, row in of_district.items()} == {
        group.label.en: Decimal(row.change).scaleb(-2) for group, row in groups
    }
    for division in {row["Divided by"] for row in rows} - {""}:
        parts = [row for row in rows if row["Divided by"] == division]
        for head in ("counted", "change (yuan)", "for whom it rises"):
            assert sum(Decimal(row[head]) for row in parts) == Decimal(whole[head]), (division, head)
    book = load_workbook(io.BytesIO(client.get(f"{AID}table.xlsx", CHANGED).content))
    sheet = book["Sums"]
    assert [cell.value for cell in sheet[1]] == list(whole)
    assert sheet.max_row == len(rows) + 1
    assert Decimal(str(sheet.cell(2, 6).value)) == Decimal(found.total.after).scaleb(-2)
    about = [[cell.value for cell in row] for row in book["What was computed"].iter_rows()]
    assert ["Document", policy("medical-assistance").document] == about[1][:2]
    assert any(row[0] == "Address" and RATE in row[1] for row in about)


@pytest.fixture
def put_in(settings, tmp_path):
    """A population that somebody put into the home: one district has a name that a spreadsheet would run."""
    settings.GONGBAO_HOME = tmp_path
    registry.forget()
    folder = populations.folder_of(policy("medical-assistance"))
    folder.mkdir(parents=True)
    rows = ["categories,inpatient_self_pay,outpatient_self_pay,standard_referral,in_province,on,district,person_name"]
    for number in range(60):
        place = "=1+1" if number < 50 else "West"
        rows.append(f"subsistence_allowance,{1000 + number}.00,50.00,true,true,2022-06-01,{place},祁望川{number}")
    source = tmp_path / "rows.csv"
    source.write_text("\n".join(rows), encoding="utf-8")
    import duckdb

    duckdb.sql(f"COPY (SELECT * FROM read_csv('{source}', all_varchar = true)) TO '{folder / 'year.parquet'}'")
    yield "year"
    registry.forget()


@pytest.fixture
def head(db):
    keep_city()
    return holder_of("health", Role.SECTION_HEAD)


def test_no_cell_of_a_table_is_a_formula(put_in, head, client):
    client.force_login(head)
    brought(population_name=put_in)
    asked_for = {"population": put_in, "by": "district"}
    rows = rows_of_csv(client.get(f"{AID}table.csv", asked_for))
    assert "'=1+1" in {cell for row in rows for cell in row.values()}
    book = load_workbook(io.BytesIO(client.get(f"{AID}table.xlsx", asked_for).content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cells and {cell.data_type for cell in cells} == {"s"}


# --- who may use which population


def test_what_was_put_in_is_for_those_who_decide_and_who_check(put_in, head, client):
    query = f"{AID}?population={put_in}"
    nothing = f"{AID}?population=nothing"
    for address in (query, nothing):
        answer = client.get(address)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")
    client.force_login(open_account("yan.shu"))
    for address in (query, nothing, f"{AID}answer/?population={put_in}", f"{AID}table.csv?population={put_in}"):
        assert client.get(address).status_code == 403
    assert "population" not in {one.attributes.get("name") for one in read(client.get(AID)).all("select")}
    brought(population_name=put_in)
    for role, may in ((Role.CLERK, False), (Role.ADMINISTRATOR, False), (Role.AUDITOR, True), (Role.HEAD, True)):
        client.force_login(holder_of("finance", role))
        assert client.get(query).status_code == (200 if may else 403), role
        assert client.get(nothing).status_code == (404 if may else 403), role
    page = read(client.get(query))
    options = page.one("select", name="population").all("option")
    chosen = [one for one in options if "selected" in one.attributes]
    assert [one.attributes["value"] for one in chosen] == [put_in]
    assert "60" in page.text()


def test_of_few_persons_nothing_is_told_apart(put_in, head, client):
    client.force_login(head)
    brought(population_name=put_in)
    for by in ("person_name", "district", ""):
        for address in ("", "answer/", "table.csv"):
            told = client.get(f"{AID}{address}", {"population": put_in, "by": by}).content.decode("utf-8-sig")
            assert "祁望川" not in told
    page = read(client.get(AID, {"population": put_in, "by": "person_name"}))
    assert "（不足5个的各组）" in page.text()


def test_no_file_that_was_put_in_is_taken_for_the_invented_one(put_in, client, db):
    of = policy("medical-assistance")
    folder = populations.folder_of(of)
    for name in ("demonstration", "invented.demonstration", DEMONSTRATION):
        (folder / f"{name}.parquet").write_bytes((folder / f"{put_in}.parquet").read_bytes())
    assert brought().population.batch.cases == 1_500
    assert populations.kept_names(of) == ["demonstration", "invented.demonstration", put_in]
    for name in ("demonstration", DEMONSTRATION):
        for part in ("", "answer/", "table.csv"):
            told = client.get(f"{AID}{part}", {"population": name})
            assert told.status_code == 302 and told["Location"].startswith("/sign-in/")
    assert sent(client, {}).json()["outcome"]["total"]["persons"] == 1_500


@pytest.mark.parametrize(
    ("counts", "left"),
    [([9, 7], [9, 7]), ([9, 2, 4], [9, 6]), ([9, 2, 7], [9, 9]), ([3, 1], [4]), ([8, 5, 4], [8, 9]), ([], [])],
)
def test_small_groups_stand_together_and_add_up(counts, left):
    def row(count: int) -> answers.Row:
        money = Decimal(count)
        return answers.Row(str(count), (answers.Sums("", 2, count, money, money, 0, money, 0, money, 0, 0),))

    found = answers.discreet(answers.Table("x", "x", tuple(map(row, counts))))
    assert sorted(one.sides[0].counted for one in found.rows) == sorted(left)
    assert sum(one.sides[0].before_amount for one in found.rows) == sum(counts)


# --- in measure


def test_moves_are_counted_apart_and_bounded(aid, client, settings):
    settings.GONGBAO_API_LIMIT = 1
    moves = [client.get(f"{AID}answer/", {"f.supplementary_line": str(number)}).status_code for number in range(12)]
    assert moves == [200] * 10 + [429] * 2
    late = client.get(f"{AID}answer/")
    assert int(late["Retry-After"]) > 0 and late["X-Piece"] and late["Cache-Control"] == "no-store"
    assert client.get(AID).status_code == 429 and client.get(f"{AID}table.csv").status_code == 429
    # What was moved here takes nothing from the API.
    assert client.get("/api/policies").status_code == 200


# --- for programs

API = "/api/policies/medical-assistance/what-if"


def sent(client, body, address: str = API):
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(address, data=text, content_type="application/json")


def test_a_program_gets_what_the_command_line_prints(aid):
    stranger = Client(enforce_csrf_checks=True)
    body = {**REFORM.as_json(), "against": {"figures": {"supplementary_line": "10000"}}, "by": ["district", "category"]}
    body["parts"] = True
    response = sent(stranger, body)
    assert response.status_code == 200 and response["Cache-Control"] == "no-store", response.content
    told = response.json()
    described = stranger.get("/api/openapi.json").json()
    operation = described["paths"]["/api/policies/{name}/what-if"]["post"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema | {"components": described["components"]}).validate(told)
    Draft202012Validator(operation["requestBody"]["content"]["application/json"]["schema"]).validate(body)
    assert told.pop("schema_version")
    other = Reform({"supplementary_line": "10000"})
    found = compare(aid.population, REFORM, against=other, by=["district", "category"], parts=True).as_json()
    assert told == json.loads(json.dumps(found))
    assert set(told["outcome"]) == set(described["components"]["schemas"]["WhatIfOutcome"]["properties"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("[]", ""),
        ("{", ""),
        ({"facts": {}}, "facts"),
        ({"figures": {"limit[resident]": "1"}}, ""),
        ({"figures": {"supplementary_line": "much"}}, "supplementary_line"),
        ({"figures": {"supplementary_line": "9999999999"}}, "figures"),
        ({"figures": {"supplementary_line": 12000}}, "figures"),
        ({"readings": {"unreferred_treatment": "perhaps"}}, ""),
        ({"value": "nothing"}, ""),
        ({"value": 7}, "value"),
        ({"by": "district"}, "by"),
        ({"parts": "yes"}, "parts"),
        ({"by": ["nothing"]}, ""),
        ({"by": ["district"] * 9}, "by"),
        ({"against": {"value": "x"}}, "against.value"),
        ({"figures": {"x" * 300: "1"}}, "figures"),
    ],
)
def test_what_a_program_cannot_mean_is_told(aid, client, body, field):
    response = sent(client, body)
    assert response.status_code == 400, response.content
    assert response.json()["field"] == field and response.json()["error"]


def test_a_figure_that_is_beyond_is_told_as_it_was_given(aid, client):
    beyond = {"supplementary_line": "12000", "limit[near_subsistence]": "99999999999999"}
    for body in ({"figures": beyond}, {"against": {"figures": beyond}}):
        told = sent(client, body).json()["error"]
        assert told == "limit[near_subsistence]=99999999999999 is beyond what is computed here"


def test_a_program_waits_until_the_population_is_made(client, db, monkeypatch):
    held = populations.Held(state="making")
    monkeypatch.setattr(registry, "get", lambda *asked: held)
    response = sent(client, {})
    assert response.status_code == 503 and response["Retry-After"] and "being made" in response.json()["error"]
    assert sent(client, {}, "/api/policies/nothing/what-if").status_code == 404
    assert client.get(API).status_code == 405
    assert sent(client, {}, f"{API}?by=district").status_code == 400


# --- the registry


class Made:
    """What a registry is given, with how often it was asked; `gate` holds the making up."""

    def __init__(self, sizes: dict[str, int] | None = None) -> None:
        self.made, self.loaded = 0, []
        self.gate = threading.Event()
        self.gate.set()
        self.sizes = sizes or {}
        self.fails = 0

    def make(self, of, path: Path, progress) -> None:
        self.made += 1
        progress(0.5)
        self.gate.wait(PATIENCE)
        path.write_text("made")

    def load(self, of, path: Path, progress):
        self.loaded.append(path.stem)
        if self.fails:
            self.fails -= 1
            raise GongbaoError("no population")
        return SimpleNamespace(name=path.stem)

    def registry(self, most_bytes: int = 100, clock=time.monotonic) -> Registry:
        return Registry(
            make=self.make,
            load=self.load,
            size_of=lambda one: self.sizes.get(one.name, 1),
            most_bytes=most_bytes,
            clock=clock,
        )


@pytest.fixture
def home(settings, tmp_path):
    settings.GONGBAO_HOME = tmp_path
    folder = populations.folder_of(policy("medical-assistance"))
    folder.mkdir(parents=True)
    return folder


def invented(folder: Path) -> Path:
    """The file of the invented persons, beside the folder of what is put in."""
    return folder.parents[1] / "invented.demonstration" / "medical-assistance.parquet"


def settled(of: Registry, name: str, state: str = READY):
    for _ in range(PATIENCE * 100):
        held = of.get(policy("medical-assistance"), name)
        if held.state == state:
            return held
        time.sleep(0.01)
    raise AssertionError(held.state)


def test_two_visitors_at_once_make_one(home):
    made = Made()
    made.gate.clear()
    first, second = made.registry(), made.registry()  # as in two processes
    for _ in range(PATIENCE * 100):
        states = [one.get(policy("medical-assistance"), DEMONSTRATION).state for one in (first, second)]
        if made.made:
            break
        time.sleep(0.01)
    assert READY not in states
    made.gate.set()
    for one in (first, second):
        assert settled(one, DEMONSTRATION).ready.name == "medical-assistance"
    assert made.made == 1 and made.loaded == ["medical-assistance"] * 2
    assert sorted(path.name for path in invented(home).parent.iterdir()) == [
        "medical-assistance.lock",
        "medical-assistance.parquet",
    ]
    assert not list(home.iterdir())


def test_how_far_it_is_can_be_seen(home):
    made = Made()
    made.gate.clear()
    one = made.registry()
    for _ in range(PATIENCE * 100):
        held = one.get(policy("medical-assistance"), DEMONSTRATION)
        if held.done:
            break
        time.sleep(0.01)
    assert (held.state, held.done) == ("making", 0.5)
    made.gate.set()
    settled(one, DEMONSTRATION)


def test_what_was_used_longest_ago_goes_first(home):
    for name in ("one", "two", "three", "huge"):
        (home / f"{name}.parquet").write_text(name)
    made = Made({"one": 40, "two": 40, "three": 40, "huge": 1000})
    ticks = iter(range(10_000))
    kept = made.registry(most_bytes=100, clock=lambda: float(next(ticks)))
    for name in ("one", "two", "one", "three"):
        settled(kept, name)
    # The second was used before the first was once more.
    assert {name for (_policy, name) in kept._held} == {"one", "three"}
    settled(kept, "two")
    assert made.loaded == ["one", "two", "three", "two"]
    settled(kept, "huge")
    assert {name for (_policy, name) in kept._held} == {"huge"}


def test_another_file_under_the_name_is_loaded_anew(home):
    (home / "city.parquet").write_text("first")
    made = Made()
    kept = made.registry()
    settled(kept, "city")
    settled(kept, "city")
    assert made.loaded == ["city"]
    (home / "city.parquet").write_text("another")
    settled(kept, "city")
    assert made.loaded == ["city", "city"]


def test_what_could_not_be_loaded_is_told_and_tried_again_later(home):
    (home / "city.parquet").write_text("first")
    made = Made()
    made.fails = 1
    now = [0.0]
    kept = made.registry(clock=lambda: now[0])
    assert settled(kept, "city", FAILED).error.message == "no population"
    now[0] += 10
    assert kept.get(policy("medical-assistance"), "city").state == FAILED
    now[0] += 60
    settled(kept, "city")


def test_an_invented_population_of_another_version_is_made_anew(home):
    invented(home).parent.mkdir()
    invented(home).write_text("of another version")
    made = Made()
    made.fails = 1
    settled(made.registry(), DEMONSTRATION)
    assert made.made == 1 and made.loaded == ["medical-assistance"] * 2


def test_a_file_that_is_no_population_is_told_on_the_page(home, head, client):
    registry.forget()
    (home / "broken.parquet").write_text("PAR1")
    client.force_login(head)
    for _ in range(PATIENCE * 20):
        page = client.get(f"{AID}answer/", {"population": "broken"})
        if page.status_code != 202:
            break
        time.sleep(0.05)
    assert page.status_code == 422 and 'role="alert"' in page.content.decode()
    registry.forget()


def test_the_page_says_how_far_it_is_and_looks_again_by_itself(client, db, monkeypatch):
    held = populations.Held(state="making", done=0.4)
    monkeypatch.setattr(registry, "get", lambda *asked: held)
    page = client.get(AID, CHANGED)
    words = page.content.decode()
    assert page.status_code == 200 and '<noscript><meta http-equiv="refresh" content="2"></noscript>' in words
    assert 'value="40"' in words and field(read(page), RATE) == "75"
    piece = client.get(f"{AID}answer/", CHANGED)
    assert piece.status_code == 202 and "data-waiting" in piece.content.decode()
    table = client.get(f"{AID}table.csv", CHANGED)
    assert table.status_code == 302 and table["Location"].startswith(AID)


def test_the_way_there_is_shown_where_a_population_can_be_invented(client, db):
    listed = client.get("/policies/").content.decode()
    for name in policies():
        address = reverse("what_if:what_if", args=[name])
        has_one = name in all_populations()
        assert (f'href="{address}"' in listed) == has_one
        assert (f'href="{address}"' in client.get(f"/policies/{name}/").content.decode()) == has_one


def test_who_stands_near_a_jump_is_counted_in_the_population(aid):
    """Without the line of the supplementary aid it begins with a jump, where the limit is reached."""
    reform = Reform({"supplementary_line": "0"})
    found = aid.curve("inpatient_self_pay", "total_aid", reform, None)
    (cliff,) = (one for one in found.cliffs if one.curve == "after")
    column = aid.population.batch.columns["inpatient_self_pay"]
    below = (column > cliff.low - found.distance) & (column <= cliff.low)
    above = (column >= cliff.high) & (column < cliff.high + found.distance)
    assert aid.near(found, cliff) == (int(below.sum()), int(above.sum())) != (0, 0)
    shown = answers.answer(aid, asked.Asked(asked.Change(dict(reform.figures))), "en")
    assert len(shown.jumps) == 1 and shown.curve.svg.count('class="cliff"') == 2
