"""Takes the pictures of the pages in docs/: `make pictures`, or `python -m docs.pictures.make FOLDER`.

The site is started on a free port with a home of its own and nothing but the sample gazette, so nobody's data can get
into a picture. What would differ from one run to the next is fixed: the name in the address, the width, the day on
which the status is asked. A picture therefore changes only when its page does (or the fonts of the machine). Those of
the desk show the invented cases of a demonstration, which are of the days before the picture: their days differ.
"""

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests import rig
from tests.program import ready, serving

FOLDER = Path(__file__).parent
HOST = "gongbao.yunlan.example"
"""What the browser calls the site; it stands in the address of a clause, where a port would change with every run."""

WIDTH = 1280
DOCUMENT = "/documents/云政办〔2026〕1号/"


@dataclass(frozen=True)
class Picture:
    """`part` is the piece of the page that is taken, from its upper edge; "" takes the page from its top. `waits` names
    what must be there first."""

    path: str
    height: int = 800
    language: str = "zh-hans"
    part: str = ""
    waits: str = "main"


PICTURES = {
    # Down to where a field holds the date of today; the duty shown is the next one, and goes on when its day is over.
    "front": Picture("/", 545),
    "policy": Picture("/policies/medical-assistance/", 860),
    "what-if": Picture(
        "/policies/medical-assistance/what-if/?f.inpatient_rate[subsistence_allowance]=75", 900, waits="#answer .sums"
    ),
    "document": Picture(f"{DOCUMENT}?on=2026-05-01", 860),
    "documents": Picture("/documents/?on=2026-05-01", 700),
    # From below its head, which says the status of today.
    "clause": Picture(f"{DOCUMENT}art_8__para_2/", 420, part=".beside"),
    "duties": Picture("/duties/?unit=市民政局&until=2026-12-31", 760, language="en"),
    "findings": Picture("/findings/", 560),
    "raw": Picture("/documents/云政办〔2026〕5号/raw/?changed=1", 560),
}


@dataclass(frozen=True)
class DeskPicture:
    """A page that somebody of the demonstration sees who is signed in; `through` is a link that is followed there."""

    path: str
    height: int
    account: str = "demo-clerk"
    through: str = ""


DESK_PICTURES = {
    "desk": DeskPicture("/desk/?tab=unit", 640),
    "market": DeskPicture("/market/purchases/", 900, account="demo-operator"),
    "case": DeskPicture("/desk/?tab=unit&state=handling&procedure=market_complaint", 800, through="青柠测绘服务部"),
}

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # Letters look the same whatever screen the machine has.
    "--disable-lcd-text",
]

_FIXED_RECEIPTS = """() => {
  const found = new Map()
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    walk.currentNode.data = walk.currentNode.data.replace(/\\b[2-9A-HJ-NP-Z]{10}\\b/g, one => {
      if (!found.has(one)) found.set(one, "Q7K" + "ABCDEFGHJKLMNPQRSTUVWXYZ"[found.size] + "MX4T2P")
      return found.get(one)
    })
  }
}"""
"""Receipt numbers are drawn; in a picture they are the same each time."""


def make(folder: Path) -> None:
    """Write all pictures into the folder."""
    make_public(folder)
    make_desk(folder)


def make_desk(folder: Path) -> None:
    told: list[Any] = []
    with tempfile.TemporaryDirectory() as scratch:
        home = ready(Path(scratch) / "home")
        # Accounts to try it with are opened for this machine alone, so that the site has no name of its own here.
        with serving(home, "--sample", told=told) as (port, _process), sync_playwright() as playwright:
            passwords = {one["name"]: one["password"] for one in told[0]["demo_accounts"]}
            browser = playwright.chromium.launch(executable_path=rig.chromium(), args=ARGUMENTS)
            for name, picture in DESK_PICTURES.items():
                context = browser.new_context(
                    base_url=f"http://127.0.0.1:{port}",
                    viewport={"width": WIDTH, "height": picture.height},
                    locale="zh-CN",
                )
                page = context.new_page()
                page.goto("/sign-in/")
                page.fill("[name=username]", picture.account)
                page.fill("[name=password]", passwords[picture.account])
                page.click("main form button")
                page.goto(picture.path)
                if picture.through:
                    page.get_by_role("link", name=picture.through).first.click()
                    page.wait_for_url("**/cases/**")
                page.evaluate(_FIXED_RECEIPTS)
                (folder / f"{name}.png").write_bytes(_taken(page, 0.0, picture.height))
                context.close()
            browser.close()


def _taken(page: Page, top: float, height: int) -> bytes:
    taken = page.screenshot(
        full_page=True,
        animations="disabled",
        clip={"x": 0, "y": top, "width": WIDTH, "height": height},
    )
    return _smaller(taken)


def make_public(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home = ready(Path(scratch) / "home")
        with (
            serving(home, "--sample", GONGBAO_HOSTS=HOST) as (port, _process),
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=rig.chromium(),
                args=[*ARGUMENTS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{port}"],
            )
            for name, picture in PICTURES.items():
                context = browser.new_context(viewport={"width": WIDTH, "height": picture.height})
                site = f"http://{HOST}"
                context.add_cookies([{"name": "django_language", "value": picture.language, "url": site}])
                page = context.new_page()
                answer = page.goto(site + quote(picture.path, safe="/?=&"))
                assert answer is not None and answer.ok, f"{picture.path} cannot be had"
                # A population of invented persons is made at the first visit.
                page.locator(picture.waits).first.wait_for(timeout=60_000)
                top = 0.0
                if picture.part:
                    box = page.locator(picture.part).first.bounding_box()
                    assert box is not None, f"{picture.part} is not on {picture.path}"
                    top = box["y"] - 8
                (folder / f"{name}.png").write_bytes(_taken(page, top, picture.height))
                context.close()
            browser.close()


def _smaller(picture: bytes) -> bytes:
    """The same with the few colours that a page has: a third of the bytes, and no difference to the eye."""
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
