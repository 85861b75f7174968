"""The pages of the library in a browser: barriers, widths, both languages, large print, with and without script."""

import re
from urllib.parse import unquote

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from gongbao.office.library import queries
from tests.browser.conftest import NARROW, WIDE, looked_at
from tests.library import made

SUBSIDY = "云政办〔2026〕1号"
CANTEEN = "云政办〔2026〕4号"  # with tables

ZOOMED = {"width": 640, "height": 400}  # what 200 % leaves of 1280 by 800


@pytest.fixture(autouse=True)
def library(live_server):
    return made.put_sample()


def document(number: str, *steps: str) -> str:
    return "/documents/" + "".join(f"{step}/" for step in (number, *steps))


def article(words: str) -> str:
    return queries.get_clause(f"{SUBSIDY} {words}").eid


def dress(page: Page, live_server, language: str, large: bool) -> None:
    cookies = {"django_language": language} | ({"print": "large"} if large else {})
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )


def no_sideways_scroll(page: Page) -> None:
    # Not scrollWidth alone: it is the inner width where nothing sticks out.
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


PAGES = [
    "/",
    "/documents/?kind=decision&on=2026-01-01&text=奖励",
    "/documents/?kind=letter",
    document(SUBSIDY),
    document(CANTEEN),
    document(SUBSIDY, "art_9"),
    document("云政办〔2026〕3号", "raw"),
    document(SUBSIDY, "art_99"),
    "/nowhere/",
    "/api/docs",
]


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large-print"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_has_a_barrier(page, axe, live_server, console_allowed, language, size, large):
    console_allowed.append("404")
    dress(page, live_server, language, large)
    page.set_viewport_size(size)
    for url in PAGES:
        page.goto(url)
        expect(page.locator("html")).to_have_attribute("lang", "en" if language == "en" else "zh-Hans")
        assert ("large" in (page.locator("html").get_attribute("class") or "")) == large
        no_sideways_scroll(page)
        if looked_at(language, size, large):
            axe(page)


def test_at_twice_the_size_nothing_is_cut_off(page, live_server, console_allowed):
    console_allowed.append("404")
    page.set_viewport_size(ZOOMED)
    for large in (False, True):
        dress(page, live_server, "zh-hans", large)
        for url in PAGES:
            page.goto(url)
            no_sideways_scroll(page)
            expect(page.locator("h1")).to_be_visible()


def test_open_folds_have_no_barrier_either(page, axe):
    page.set_viewport_size(NARROW)
    for url in ("/documents/", document(SUBSIDY)):
        page.goto(url)
        page.locator("details.fold > summary").click()
        no_sideways_scroll(page)
        axe(page)


def test_the_copying_buttons_have_no_barrier(page, axe):
    page.goto(document(SUBSIDY))
    page.locator(".num").first.focus()
    expect(page.locator(".copier")).to_be_visible()
    axe(page)


# --- the list


def titles(page: Page) -> list[str]:
    return page.locator(".documents h2").all_inner_texts()


def test_facets_renew_the_list_in_place_and_keep_the_address(page):
    page.goto("/documents/")
    expect(page.locator(".documents h2")).to_have_count(8)
    page.evaluate("window.stayed = true")
    page.locator(".facet a", has_text="决定").click()
    expect(page.locator(".documents h2")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/documents/\?kind=decision$"))
    expect(page.locator("#count")).to_have_text("共 1 件")
    expect(page.locator(".facet a[aria-current]")).to_have_text(re.compile("决定"))
    # Who works with the keyboard stays at the value that was pressed.
    expect(page.locator(".facet a", has_text="决定")).to_be_focused()
    page.locator(".chip", has_text="决定").click()
    expect(page.locator(".documents h2")).to_have_count(8)
    expect(page).to_have_url(re.compile(r"/documents/$"))
    expect(page.locator("#found")).to_be_focused()
    assert page.evaluate("window.stayed") is True
    page.go_back()
    expect(page.locator(".documents h2")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"kind=decision$"))


def test_typing_and_the_day_renew_the_list(page):
    page.goto("/documents/?kind=notice")
    page.evaluate("window.stayed = true")
    page.locator("#text").press_sequentially("社区食堂运营指南")
    expect(page.locator(".documents h2")).to_have_count(1)
    expect(page.locator("#text")).to_be_focused()
    assert unquote(page.url).endswith("/documents/?kind=notice&text=社区食堂运营指南")
    page.locator("#on").fill("2026-01-01")
    expect(page.locator(".documents .status")).to_have_text("尚未发布")
    page.locator(".chip", has_text="社区食堂").click()
    expect(page.locator("#text")).to_have_value("")
    assert page.evaluate("window.stayed") is True
    # The switch of the language comes back to the address as it is now.
    page.locator(".switch", has_text="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "kind=notice" in page.url and "on=2026-01-01" in page.url


def test_on_a_narrow_page_the_facets_fold_and_work(page):
    page.set_viewport_size(NARROW)
    page.goto("/documents/")
    expect(page.locator(".facet a").first).to_be_hidden()
    page.locator("#facets summary").first.click()
    page.locator(".facet a", has_text="意见").click()
    expect(page.locator(".documents h2")).to_have_count(1)


def test_large_print_and_back(page):
    page.goto(document(SUBSIDY), wait_until="load")
    before = page.locator(".own p").first.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    page.locator("button", has_text="长辈模式").click()
    expect(page.locator("html")).to_have_class("large")
    expect(page.locator("button", has_text="长辈模式")).to_have_attribute("aria-pressed", "true")
    # The class comes with the page, and the sizes with its style sheets.
    page.wait_for_load_state("load")
    after = page.locator(".own p").first.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    assert after >= 1.25 * before
    assert unquote(page.url).endswith(document(SUBSIDY))
    page.locator("button", has_text="长辈模式").click()
    expect(page.locator("html")).not_to_have_class("large")


# --- without script


@pytest.fixture
def plain(browser, live_server):
    """A page in a browser that runs no script."""
    context = browser.new_context(base_url=live_server.url, viewport=WIDE, locale="zh-CN", java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_the_list_works_without_script(plain):
    plain.goto("/documents/")
    plain.locator(".facet a", has_text="决定").click()
    assert len(titles(plain)) == 1 and plain.url.endswith("?kind=decision")
    plain.locator(".chip").first.click()
    plain.locator(".facet a", has_text="通知").click()
    plain.locator("#text").fill("社区食堂运营指南")
    plain.locator("#filters button").click()
    assert len(titles(plain)) == 1 and "kind=notice" in plain.url


def test_outline_and_citation_work_without_script(plain):
    plain.goto(document(SUBSIDY))
    plain.locator("#outline a", has_text="第二十条").click()
    assert plain.url.endswith(f"#{article('第二十条')}")
    expect(plain.locator(f"#{article('第二十条')}")).to_be_in_viewport()
    plain.locator(f"#{article('第二十条')} .num").first.click()
    expect(plain.locator("#cite-citation")).to_have_text(f"{SUBSIDY} 第二十条")
    expect(plain.locator("#cite-address")).to_have_text(plain.url)
    # What cannot work is not offered.
    expect(plain.locator(".cite button:visible")).to_have_count(0)
    plain.goto(document(SUBSIDY))
    expect(plain.locator(".titleways button:visible")).to_have_count(0)
    plain.locator(".titleways a").click()
    expect(plain.locator("h1")).to_have_text("收到的原文与校正记录")


def test_the_outline_folds_away_without_script_too(plain):
    plain.set_viewport_size(NARROW)
    plain.goto(document(SUBSIDY))
    expect(plain.locator("#outline a").first).to_be_hidden()
    plain.locator("#outline summary").first.click()
    expect(plain.locator("#outline a").first).to_be_visible()


# --- copying


def clipboard(page: Page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


@pytest.fixture
def copying(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def test_copy_the_citation_of_the_clause_under_the_pointer(copying):
    copying.goto(document(SUBSIDY))
    clause = copying.locator(f"#{article('第二十条')} .own").first
    clause.scroll_into_view_if_needed()
    clause.hover()
    copying.get_by_role("button", name="复制引用").click()
    expect(copying.locator("#told")).to_have_text(f"已复制： {SUBSIDY} 第二十条")
    assert clipboard(copying) == f"{SUBSIDY} 第二十条"


def test_copy_the_words_with_citation_and_address(copying):
    copying.goto(document(SUBSIDY))
    clause = queries.get_clause(f"{SUBSIDY} 第九条")
    copying.locator(f"#{clause.eid} .num").first.focus()
    copying.get_by_role("button", name="复制条文").click()
    lines = clipboard(copying).splitlines()
    assert lines[-2] == f"{SUBSIDY} 第九条"
    squeezed = re.sub(r"\s+", "", "".join(lines[:-2]))
    assert squeezed == re.sub(r"\s+", "", queries.with_all_below(clause).full_text())
    # The address is the clause's own, and it is permanent.
    assert copying.goto(lines[-1]).status == 200
    expect(copying.locator("h1")).to_have_text("第九条")


def test_what_is_copied_on_the_clause_page_is_what_stands_there(copying):
    copying.goto(document(SUBSIDY, article("第九条")))
    copying.locator(".cite").get_by_role("button", name="复制引用").click()
    assert clipboard(copying) == f"{SUBSIDY} 第九条"
    copying.get_by_role("button", name="复制网址").click()
    assert clipboard(copying) == copying.url
    expect(copying.locator("#told")).to_contain_text("已复制")


def test_where_the_browser_does_not_copy_the_text_can_be_selected(page):
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;"
    )
    page.goto(document(SUBSIDY))
    page.locator(f"#{article('第九条')} .num").first.focus()
    page.get_by_role("button", name="复制引用").click()
    expect(page.locator("#told .selectable")).to_have_text(f"{SUBSIDY} 第九条")
    expect(page.locator("#told")).to_contain_text("请在此选中后复制")


def test_in_english_the_citation_stays_as_it_is_cited(copying, live_server):
    dress(copying, live_server, "en", False)
    copying.goto(document(SUBSIDY))
    copying.locator(f"#{article('第九条')} .num").first.focus()
    copying.get_by_role("button", name="Copy citation").click()
    expect(copying.locator("#told")).to_contain_text("Copied:")
    assert clipboard(copying) == f"{SUBSIDY} 第九条"


# --- the keyboard


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def shows_focus(page: Page) -> bool:
    return page.evaluate(
        "(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)(getComputedStyle(document.activeElement))"
    )


def test_by_keyboard_from_the_skip_link_to_a_clause_and_its_citation(copying):
    page = copying
    page.goto(document(SUBSIDY))
    seen = []
    for _ in range(3):
        page.keyboard.press("Tab")
        assert shows_focus(page)
        seen.append(focused(page))
    assert seen == ["跳到正文内容", "跳到目录", "跳到正文"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    # The first clause is an unnumbered paragraph: its link is a mark that is seen when it has the focus.
    assert page.evaluate("document.activeElement.matches('#text .mark')") and shows_focus(page)
    expect(page.locator("#text .mark").first).to_have_css("opacity", "1")
    page.keyboard.press("Tab")
    assert focused(page) == "复制引用" and shows_focus(page)
    page.keyboard.press("Enter")
    first = queries.clauses(queries.get_revision(SUBSIDY))[0]
    expect(page.locator("#told")).to_contain_text(f"{SUBSIDY} {first.locator}")
    page.keyboard.press("Escape")
    expect(page.locator(".copier")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(first.locator)


def test_by_keyboard_through_the_outline(page):
    page.goto(document(SUBSIDY))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#outline') !== null") and shows_focus(page)
    chapter = page.locator("#outline li", has=page.locator("a", has_text="第一章")).last
    fold = chapter.locator("details").first
    fold.locator("summary").focus()
    assert shows_focus(page)
    was_open = fold.evaluate("fold => fold.open")
    page.keyboard.press("Space")
    assert fold.evaluate("fold => fold.open") is not was_open
    page.locator("#outline a", has_text="第二十条").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#{article('第二十条')}")).to_be_in_viewport()


def test_the_outline_shows_the_place_in_the_text(page):
    page.goto(document(SUBSIDY))
    for name in ("第九条", "第十五条"):
        page.locator(f"#{article(name)}").evaluate("clause => clause.scrollIntoView()")
        current = page.locator("#outline a[aria-current]")
        expect(current).to_have_text(re.compile(name))
        expect(current).to_be_in_viewport()


# --- tables

TABLES = "云岭政办〔2021〕5号"


@pytest.fixture
def tables(page):
    """The page of a document with a table that fits, one that is broad and long, and one that is broad only."""

    # Short cells, those of some words, and those of a sentence.
    words = ("", "", "数值与单位", "所称数值由主管部门会同财政部门核定并公布")

    def of(rows: int, columns: int, words: tuple[str, ...] = words) -> str:
        lines = [[f"栏{column:02}" for column in range(columns)]]
        lines += [
            [f"{row:02}行{column:02}列{words[column % len(words)]}" for column in range(columns)] for row in range(rows)
        ]
        return "\n".join("\t".join(line) for line in lines)

    texts = [of(4, 3), of(40, 16), of(2, 24, ("两字",))]
    clauses = [made.article(place, f"表。\n{text}") for place, text in enumerate(texts, 1)]
    made.put(made.gazette(made.document(TABLES, clauses=clauses)))
    page.goto(document(TABLES))
    return page


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_heads_of_a_long_table_stay_in_sight(tables, size):
    tables.set_viewport_size(size)
    tables.reload()
    frames = tables.locator(".scroll")
    expect(frames.nth(0)).to_have_class(re.compile(r"^scroll fits$" if size == WIDE else r"^scroll"))
    expect(frames.nth(1)).to_have_class("scroll broad tall")
    expect(frames.nth(2)).to_have_class("scroll broad")
    # Moved down and to the right, within its frame, the head of the column is where it was.
    frames.nth(1).evaluate("frame => { frame.scrollIntoView(); frame.scrollTop = 900; frame.scrollLeft = 300; }")
    expect(frames.nth(1).locator("thead th").nth(4)).to_be_in_viewport(ratio=0.9)
    no_sideways_scroll(tables)


def test_a_table_that_fits_has_its_heads_at_the_top_of_the_window(tables):
    tables.set_viewport_size({"width": 1280, "height": 200})
    frame = tables.locator(".scroll").first
    expect(frame).to_have_class("scroll fits")
    frame.locator("tbody tr").last.evaluate("row => row.scrollIntoView({block: 'end'})")
    tables.evaluate("window.scrollBy(0, 120)")
    assert frame.locator("thead").evaluate("head => head.getBoundingClientRect().top") >= 0


def test_a_table_is_measured_again_when_the_window_changes(tables):
    frame = tables.locator(".scroll").nth(1)
    expect(frame).to_have_class("scroll broad tall")
    tables.set_viewport_size({"width": 1280, "height": 9000})
    expect(frame).to_have_class("scroll broad")


# --- on paper


def test_a_button_prints_the_document(page):
    page.add_init_script("window.print = () => { window.printed = (window.printed || 0) + 1; }")
    page.goto(document(SUBSIDY))
    page.get_by_role("button", name="打印").click()
    assert page.evaluate("window.printed") == 1


def test_on_a_phone_a_broad_list_is_read_downwards(page):
    page.set_viewport_size(NARROW)
    page.goto("/market/readings/")
    table, cell = page.locator("table.grid"), page.locator("table.grid tbody td").first
    head = table.locator("thead th").nth(1).text_content()
    # Each value stands below the last, with the head of its column, and nothing has to be moved sideways.
    expect(table.locator("thead")).to_be_hidden()
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == f'"{head}"'
    assert table.evaluate("table => table.parentNode.scrollWidth <= table.parentNode.clientWidth")
    page.set_viewport_size(WIDE)
    expect(table.locator("thead")).to_be_visible()
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == "none"


def test_on_paper_every_cell_of_a_broad_table_is_there(tables):
    cells = tables.locator(".grid th, .grid td").all_text_contents()
    assert len(cells) > 600
    printed = pypdfium2.PdfDocument(tables.pdf(prefer_css_page_size=True))
    # What lies beyond the edge of a sheet is not counted.
    words = re.sub(r"\s+", "", "".join(sheet.get_textpage().get_text_bounded() for sheet in printed))
    assert not [cell for cell in cells if cell not in words]
    # The broad ones lie on their side.
    sizes = {tuple(map(round, sheet.get_size())) for sheet in printed}
    assert sizes == {(595, 842), (842, 595)}


def test_on_paper_there_is_the_document_and_its_citation_on_each_page(page):
    page.goto(document(SUBSIDY))
    printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    words = [sheet.get_textpage().get_text_bounded() for sheet in printed]
    assert len(words) >= 3
    for number, text in enumerate(words, 1):
        assert SUBSIDY in text and f"{number} / {len(words)}" in re.sub(r"\s+", " ", text)
        # No navigation.
        for absent in ("长辈模式", "English", "跳到", "复制引用"):
            assert absent not in text
    width, height = printed[0].get_size()
    assert (round(width), round(height)) == (595, 842)
