"""The pictures of procedures as a browser draws them."""

from playwright.sync_api import Browser

from gongbao.procedures import Procedure
from gongbao.procedures.diagram import svg
from tests.procedures.test_diagram import both, each

_BOUNDS = """all => all.map(one => {
    const box = one.getBBox();
    return [box.x, box.y, box.x + box.width, box.y + box.height, one.textContent];
})"""


@each
@both
def test_the_words_stand_inside_their_boxes_as_a_browser_draws_them(
    browser: Browser, procedure: Procedure, language: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(f'<body style="margin:0">{svg(procedure, language)}')
    boxes = page.eval_on_selector_all("svg rect", _BOUNDS)
    words = page.eval_on_selector_all("svg text", _BOUNDS)
    sizes = page.eval_on_selector_all("svg text", "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))")
    page.close()
    assert min(sizes) >= 12, "at 390 pixels it is scrolled, not shrunk"
    for left, top, right, bottom, text in words:
        around = [
            one for one in boxes if one[0] <= left and one[1] <= top + 2 and right <= one[2] and bottom - 2 <= one[3]
        ]
        assert around, f"{text} sticks out of its box"
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            inner = one[0] <= other[0] and other[2] <= one[2] and one[1] <= other[1] and other[3] <= one[3]
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert inner or apart
