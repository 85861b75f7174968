"""Tables, duties, indicators, files and feeds as the site has them; and that a visitor meets no personal data there."""

import io
import json
import logging
import re
import zipfile
from html import unescape
from urllib.parse import quote, urldefrag, urljoin

import docx
import icalendar
import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from lxml import etree

from gongbao.gazette.masking import MASK
from gongbao.office.library import actions
from gongbao.office.library.models import PersonalMark
from tests.library.test_content import NAMES, PLAN, ingest
from tests.site.html import read
from tests.site.test_pages import AIR, CANTEEN, SUBSIDY, address

TASKS = "云政〔2026〕1号"
AWARDS = "云政〔2026〕2号"


@pytest.fixture
def staff(client, django_user_model):
    """A client signed in as one who may see personal data."""
    account = django_user_model.objects.create_user("clerk")
    account.user_permissions.add(Permission.objects.get(codename="see_personal_data"))
    client.force_login(account)
    return client


def sheet(response, place: int = 0):
    assert response["Content-Disposition"].startswith("attachment;")
    return openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[place]


# --- tables


def test_the_tables_of_a_document(english, sample):
    page = read(english.get(address(CANTEEN, "tables")))
    table = page.one("table")
    heads = [cell.text() for cell in table.one("thead").all("th")]
    assert len(heads) == 9 and heads[:3] == ["序号", "县（市、区）", "新建（个）"]
    assert len(table.one("tbody").all("tr")) == 6
    assert [cell.text() for cell in table.one("tfoot").all("td")][1:6] == ["24", "8", "32", "1380", "305"]
    assert page.all("a", href=address(CANTEEN, "att_2__preamble")) or "附件2" in page.text()


def test_groups_stand_above_their_rows(client, sample):
    page = read(client.get(address(AWARDS, "tables")))
    assert len(page.all("td", class_="across")) == 6
    assert len(page.one("tbody").all("tr")) == 36 + 6


def test_a_document_without_tables(client, sample):
    assert "没有表格" in read(client.get(address(AIR.replace("6号", "3号"), "tables"))).text()


def test_the_tables_as_a_workbook(client, sample):
    made = sheet(client.get(f"/documents/{quote(AWARDS)}/export.xlsx"))
    values = list(made.iter_rows(values_only=True))
    amounts = [row[-1] for row in values if isinstance(row[-1], (int, float))]
    assert sum(amounts[:-1]) == 1200 == amounts[-1]


# --- duties and indicators


def listed(page) -> list[str]:
    return [item.one("p", class_="what").text() for item in page.one("ol", class_="duties").all("li")]


def test_duties_are_listed_filtered_and_handed_out(client, sample):
    page = read(client.get("/duties/"))
    total = int(re.search(r"\d+", page.one("p", id="count").text())[0])
    assert len(listed(page)) == 50 < total
    several = client.get("/duties/", {"unit": "市水利局", "from": "2026-01-01", "until": "2026-12-31"})
    page = read(several)
    assert listed(page)
    assert len(page.all("a", class_="chip")) == 4  # three filters, and one to let all go
    rows = list(sheet(client.get("/duties.xlsx", {"unit": "市水利局"})).iter_rows(values_only=True))
    assert all("市水利局" in f"{row[2]}{row[3]}" for row in rows if row[0] and str(row[0]).startswith("云政"))


def test_each_duty_leads_to_its_clause(client, sample):
    page = read(client.get("/duties/", {"document": TASKS}))
    links = [item.all("a")[-1].attributes["href"] for item in page.one("ol", class_="duties").all("li")]
    assert client.get(unescape(links[0])).status_code == 200


def test_indicators_are_listed_filtered_and_handed_out(client, sample):
    page = read(client.get("/indicators/", {"text": "浓度", "year": "2026"}))
    assert len(page.one("tbody").all("tr")) == 1
    assert "微克/立方米" in page.one("tbody").text()
    rows = list(sheet(client.get("/indicators.xlsx", {"year": "2026"})).iter_rows(values_only=True))
    assert any(row[5] == 38 for row in rows)


@pytest.mark.parametrize(
    "asked",
    ["from=2026-02-30", "until=yesterday", "kind=poem", "from=99999-01-01"],
)
@pytest.mark.parametrize("path", ["/duties/", "/duties.xlsx"])
def test_what_cannot_be_understood_is_told(english, sample, path, asked):
    response = english.get(f"{path}?{asked}")
    assert response.status_code == 400
    assert asked.partition("=")[2] in response.content.decode()


def test_a_year_that_is_none(english, sample):
    for path in ("/indicators/", "/indicators.xlsx"):
        assert english.get(f"{path}?year=MMXX").status_code == 400
        assert english.get(f"{path}?year=99999").status_code == 400


def test_nonsense_finds_nothing_and_breaks_nothing(client, sample):
    for asked in ("unit=%00", "unit=" + "x" * 5000, "document=%27", "text=%25_%5C", "page=-1", "page=x", "leads=maybe"):
        for path in ("/duties/", "/indicators/"):
            assert client.get(f"{path}?{asked}").status_code == 200


# --- files


def test_files_are_attachments_and_the_same_each_time(client, sample):
    for form, kind in (("akn", "akn+xml"), ("json", "json"), ("docx", "wordprocessingml"), ("xlsx", "spreadsheetml")):
        url = reverse("library:export", args=[SUBSIDY, form])
        first, second = client.get(url), client.get(url)
        assert kind in first["Content-Type"]
        assert first["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E4%BA%91%E6%94%BF")
        assert first.content == second.content
    assert client.get(f"/documents/{quote(SUBSIDY)}/export.exe").status_code == 404
    assert client.get("/documents/nothing/export.json").status_code == 404


def test_what_the_files_hold(client, sample):
    tree = etree.fromstring(client.get(reverse("library:export", args=[SUBSIDY, "akn"])).content)
    assert len(tree.findall(".//{*}article")) == 22
    told = json.loads(client.get(reverse("library:export", args=[SUBSIDY, "json"])).content)
    assert (told["number"], told["articles"]) == (SUBSIDY, 22)
    word = docx.Document(io.BytesIO(client.get(reverse("library:export", args=[SUBSIDY, "docx"])).content))
    assert any("第二十二条" in paragraph.text for paragraph in word.paragraphs)


# --- feeds


def test_a_feed_is_a_calendar_until_it_is_revoked(client, sample, caplog):
    feed, token = actions.open_feed("值班室", "市水利局")
    url = reverse("library:feed", args=[token])
    with caplog.at_level(logging.INFO):
        response = client.get(url)
    assert response["Content-Type"].startswith("text/calendar")
    assert "private" in response["Cache-Control"] and response["X-Robots-Tag"] == "noindex"
    calendar = icalendar.Calendar.from_ical(response.content)
    events = calendar.walk("VEVENT")
    assert events and all(str(event["url"]).startswith("http://testserver/documents/") for event in events)
    assert len({str(event["uid"]) for event in events}) == len(events)
    # Neither the log nor anything else holds the token.
    assert token not in caplog.text and "/feeds/<str:token>.ics" in caplog.text
    actions.revoke_feed(feed.pk)
    assert client.get(url).status_code == 404
    assert client.get(reverse("library:feed", args=["x" * 43])).status_code == 404


# --- personal data


def words_of(response) -> str:
    """All words of an answer: of a page, or of what a file holds."""
    if response["Content-Type"].startswith(("application/vnd", "application/zip")):
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return response.content.decode("utf-8", "replace")


def crawl(client, start: str = "/") -> dict[str, str]:
    """The words of every answer of the site that links lead to."""
    seen: dict[str, str] = {}
    todo = [start]
    while todo:
        url = todo.pop()
        if url in seen:
            continue
        response = client.get(url, follow=True)
        assert response.status_code == 200, url
        seen[url] = words_of(response)
        if response["Content-Type"].startswith("text/html"):
            for link in re.findall(r'(?:href|src)="([^"]+)"', seen[url]):
                target = urldefrag(urljoin(url, unescape(link)))[0]
                # Every combination of filters would be the same pages again.
                if target.startswith("/") and target.count("=") <= 1 and not target.startswith("/static/"):
                    todo.append(target)
    return seen


@pytest.fixture
def personal(sample) -> list[str]:
    """The values that are marked in the library."""
    ingest(PLAN)
    values = list(PersonalMark.objects.values_list("value", flat=True))
    assert set(NAMES[:2]) <= set(values)
    return values


def forms(value: str) -> list[str]:
    """A value, and its figures without what is printed between them."""
    return [value, *re.findall(r"\d{7,}", re.sub(r"[-\s]", "", value))]


@pytest.mark.one_database
def test_a_visitor_meets_no_personal_data_on_any_page_or_file(client, personal):
    _feed, token = actions.open_feed("值班室")
    seen = crawl(client) | {"feed": words_of(client.get(reverse("library:feed", args=[token])))}
    assert len(seen) > 300
    assert any("export.docx" in url for url in seen) and any("/raw/" in url for url in seen)
    for url, words in seen.items():
        for value in personal:
            for form in forms(value):
                assert form not in words, url
    assert any(MASK in words for words in seen.values())


def test_a_visitor_finds_nothing_by_it(client, personal):
    for value in personal:
        for path, field in (("/documents/", "text"), ("/duties/", "unit"), ("/indicators/", "text")):
            page = read(client.get(path, {field: value}))
            assert re.search(r"\d+", page.one("p", id="count").text())[0] == "0", path


def test_one_who_may_see_it_does(staff, personal):
    key = "云岭政〔2026〕11号"
    for url in (
        address(key),
        address(key, "raw"),
        address(key, "tables"),
        reverse("library:export", args=[key, "json"]),
    ):
        assert NAMES[0] in words_of(staff.get(url)), url
    assert "1" in read(staff.get("/documents/", {"text": NAMES[0]})).one("p", id="count").text()


def test_an_account_without_the_permission_is_a_visitor(client, personal, django_user_model):
    client.force_login(django_user_model.objects.create_user("other"))
    assert NAMES[0] not in words_of(client.get(address("云岭政〔2026〕11号")))


# --- findings


def test_findings_are_listed_with_their_places(english, sample):
    page = read(english.get("/findings/"))
    rows = page.one("ol", class_="duties").all("li")
    places = [place for row in rows for place in row.all("a") if "/raw/" in place.attributes["href"]]
    assert places
    for place in places:
        url, _, line = place.attributes["href"].partition("#")
        assert f'id="{line}"' in english.get(unescape(url)).content.decode()
    assert not read(english.get("/findings/?kind=sum")).all("ol", class_="duties")
    assert english.get("/findings/?kind=poem").status_code == 400
    assert english.get("/findings/?severity=9").status_code == 400
    first = read(english.get(f"/findings/?document={quote('云政办〔2026〕5号')}"))
    assert len(first.one("ol", class_="duties").all("p", class_="what")) == 1
