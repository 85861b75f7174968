"""That the benchmarks run, at sizes that measure nothing. How fast anything is, is no matter for a test."""

import re
import socket
import tempfile
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import figures, report, texts
from benchmarks.market import report as market_report
from benchmarks.reading import Shape, Size
from gongbao.gazette import read_gazette
from tests.rig import ROOT


def test_a_run_writes_a_page_with_every_section(tmp_path, capfd):
    page = tmp_path / "benchmarks.md"
    assert benchmarks.main(["--tiny", "--full", "--output", str(page)]) == 0
    written = page.read_text(encoding="utf-8")
    assert capfd.readouterr().out.strip() == written.strip()
    assert re.findall("^## .*", written, re.M) == list(report.SECTIONS)
    assert "16 documents with" in written and "8 documents with" in written
    for name in texts.SHAPES:
        assert written.count(f"| {name}") == 3
    # Nothing of the machine but its kind.
    for name in (str(ROOT), str(Path.home()), tempfile.gettempdir(), socket.gethostname()):
        assert name not in written


def test_the_page_in_docs_is_one_of_these():
    written = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert re.findall("^## .*", written, re.M) == list(report.SECTIONS)
    for size in (1, 2, 4, 8, 16, 32, 64):
        assert re.search(rf"^\| (?:{size}\.0\d|{size - 1}\.9\d) \|", written, re.M), f"no line for {size} MB"


def test_a_run_without_the_large_library_keeps_what_an_earlier_one_found():
    size = Size(1000, 1, 1, [0.1], 1000, 2000, 0.01)
    library = {
        "documents": 8,
        "clauses": 9,
        "database": 1000,
        "ingest": {"seconds": 1.0, "bytes": 10},
        "pages": [{"name": "front", "queries": 1, "bytes": 5, "milliseconds": [1.0]}],
        "queries": [],
        "searches": [{"words": "取暖", "documents": 2, "clauses": 3, "milliseconds": [1.0]}],
    }
    without = report.Results(Shape("gazette", [size]), {"clean": 0.5}, [], library, None)
    assert report.page(without).endswith(
        f"{report.LARGE}\n\nLeft out of this run: `python -m benchmarks --full` measures it.\n"
    )
    found = report.page(report.Results(without.sizes, without.shares, [], library, library | {"documents": 10_000}))
    again = report.page(without, found)
    assert again == found and "10 000 documents" in again
    assert "| 取暖 | 2 | 3 | 1.0 | 1.0 | 1.0 |" in again
    both = report.searching(library["searches"], library["searches"])
    assert "median, PostgreSQL" in both and "| 取暖 | 2 | 3 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 |" in both


def test_gazettes_are_of_the_size_asked_for_and_the_same_each_time():
    text = texts.gazette(300_000)
    assert 280_000 < len(text.encode()) <= 300_000
    assert text == texts.gazette(300_000) != texts.gazette(300_000, seed=2)


def test_the_documents_of_a_gazette_differ_and_are_announced():
    gazette = read_gazette(texts.gazette(300_000))
    assert gazette.title == "云澜市人民政府公报2026年第1期"
    assert len(gazette.documents) > 30
    assert len({document.number for document in gazette.documents}) == len(gazette.documents)
    assert len({document.title for document in gazette.documents}) == len(gazette.documents)
    assert [entry.document for entry in gazette.contents] == list(range(len(gazette.documents)))


@pytest.mark.parametrize("name", texts.SHAPES)
def test_shapes_are_of_the_size_asked_for(name):
    text = texts.shape(name, 60_000)
    assert 40_000 < len(text.encode()) <= 60_000


def test_one_line_is_one_line():
    assert not set(texts.shape("one line without breaks", 60_000)) & set("\n\r\t")


def test_growth():
    sizes = [1, 2, 4, 8]
    assert figures.growth(sizes, [3 * size for size in sizes]) == pytest.approx(1)
    assert figures.growth(sizes, [size**2 for size in sizes]) == pytest.approx(2)
    with pytest.raises(ValueError, match="two sizes"):
        figures.growth([5, 5], [1, 1])


def test_what_is_worse_than_it_should_be_is_said():
    good = Shape("good", [Size(n, 1, 1, [n / 1000], 10 * n, n, 0.1) for n in (1000, 2000, 4000)])
    slow = Shape("slow", [Size(n, 1, 1, [n * n / 1e6], 10 * n, n, 0.1) for n in (1000, 2000, 4000)])
    large = Shape("large", [Size(1000, 1, 1, [1.0], 50_000, 60_000, 0.1)])
    ended = Shape("ended", [], "16 MB: stopped after 120 s")
    assert report.warnings(report.Results(good, {}, [slow, large, ended], {}, None)) == [
        "slow: time grows with the size to the power of 2.00",
        "large: 50 bytes of memory for a byte of input",
        "ended: 16 MB: stopped after 120 s",
    ]


def test_the_searches_alone_are_measured_again_and_the_rest_of_the_page_is_kept():
    old = [{"words": "取暖", "documents": 2, "clauses": 3, "milliseconds": [1.0]}]
    new = [{"words": "取暖", "documents": 2, "clauses": 3, "milliseconds": [7.0]}]

    def page(small, large):
        return "\n\n".join([report.SAMPLE, small, report.LARGE, "above", large, "below\n"])

    before = page(report.searching(old, None), report.searching(old, old))
    assert report.holds_searches(before) and not report.holds_searches(before.partition(report.LARGE)[0])
    assert report.with_searches(before, new, new) == page(report.searching(old, None), report.searching(new, new))


def _of_market(rows, milliseconds):
    one = {"who": "a visitor", "name": "notices", "queries": 7, "first": 80.0, "milliseconds": [milliseconds]}
    return {"rows": rows, "tables": {"cases_caseevent": rows - 5, "cases_case": 5}, "pages": [one]}


def test_the_pages_of_the_market_stand_beside_each_other_and_those_that_are_slow_are_named():
    told = market_report.section(_of_market(900, 20.0), _of_market(1_000_000, 290.0), _of_market(1_000_000, 310.0))
    assert "| a visitor: notices | 7 | 7 | 80 | 20 | 80 | 290 | 80 | 310 |" in told
    assert "1 000 000 rows: 999 995 cases_caseevent, 5 cases_case" in told
    assert "- SQLite, 300 ms: all within\n- PostgreSQL, 300 ms: 1 over (a visitor: notices)" in told


def test_the_market_alone_is_put_in_and_again_into_its_place():
    page = "\n\n".join(["above", report.SAMPLE, "below\n"])
    first = report.with_section(page, report.MARKET, "old")
    again = report.with_section(first, report.MARKET, "new")
    assert re.findall("^## .*", again, re.M) == [report.MARKET, report.SAMPLE]
    assert "old" in first and again == first.replace("old", "new") and again.endswith("below\n")
