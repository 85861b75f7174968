"""A file goes into the library whole or not at all, once, and what was there before stays readable."""

import threading
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongbao.core.errors import GongbaoError
from gongbao.gazette import read_gazette, rebuild
from gongbao.gazette.model import AnnouncedAnnex, Clause, ClauseKind, ContentsEntry, Gazette, Part, PartKind
from gongbao.office.library import actions, queries
from gongbao.office.library.actions import Outcome
from gongbao.office.library.models import Annex, Cleaning, ContentsLine, Document, Reference, Revision, Source
from gongbao.office.library.models import Clause as Row
from tests.library.made import article, citation, clause, document, gazette, put, source

pytestmark = pytest.mark.django_db

ISSUE = "云岭市人民政府公报2021年第1期"


@pytest.fixture(autouse=True)
def files(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def everything() -> dict[str, list[object]]:
    """All rows of all tables of the library."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_app_config("library").get_models()
    }


def kept_files(files: Path) -> list[str]:
    return sorted(str(path.relative_to(files)) for path in files.rglob("*") if path.is_file())


# --- the same again


def test_the_same_file_twice_changes_nothing(files: Path) -> None:
    made = gazette(document(), document("云岭政〔2021〕2号", "关于供水的通知", "第一条 供水。"), title=ISSUE)
    first = put(made, keep=True)
    before = (everything(), kept_files(files))
    second = put(made, keep=True)
    assert (everything(), kept_files(files)) == before
    assert (first.status, second.status) == (Outcome.NEW, Outcome.UNCHANGED)
    assert [one.status for one in first.documents] == [Outcome.NEW, Outcome.NEW]
    assert [one.status for one in second.documents] == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert [(one.key, one.title, one.revision) for one in second.documents] == [
        (one.key, one.title, one.revision) for one in first.documents
    ]
    assert (second.cleaned, second.contents, second.gazette) == (first.cleaned, first.contents, first.gazette)
    assert first.cleaned == {"space": 2, "bracket": 1}


def test_a_known_file_is_not_read_again() -> None:
    put(gazette(document()), "the same")

    def fails(text: str, progress: object = None) -> Gazette:
        raise AssertionError("read again")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "read_gazette", fails)
        assert actions.ingest_source(source("the same"), "other name.txt").status is Outcome.UNCHANGED


def test_an_earlier_edition_given_again_revises_nothing_back() -> None:
    put(gazette(document(text="第一条 旧。")), "old")
    put(gazette(document(text="第一条 新。")), "new")
    before = everything()
    assert put(gazette(document(text="第一条 旧。")), "old").status is Outcome.UNCHANGED
    assert everything() == before


# --- changed


def test_a_changed_file_revises_the_changed_documents_only() -> None:
    stays = document("云岭政〔2021〕2号", "关于供水的通知", "第一条 供水。")
    put(gazette(document(text="第一条 旧。"), stays, title=ISSUE), "edition 1")
    old = queries.get_revision("云岭政办〔2021〕1号")
    result = put(gazette(document(text="第一条 新。"), stays, title=ISSUE), "edition 2")

    assert result.status is Outcome.REVISED
    assert [(one.number, one.status, one.revision) for one in result.documents] == [
        ("云岭政办〔2021〕1号", Outcome.REVISED, 2),
        ("云岭政〔2021〕2号", Outcome.UNCHANGED, 1),
    ]
    assert Document.objects.count() == 2
    assert Revision.objects.count() == 3
    new = queries.get_revision("云岭政办〔2021〕1号")
    assert new.sequence == 2
    assert "新" in new.text
    # The old one can be read as it was, with its clauses.
    kept = queries.get_revision("云岭政办〔2021〕1号", 1)
    assert kept.pk == old.pk
    assert [one.text for one in queries.clauses(kept)] == ["第一条 旧。"]
    assert [one.text for one in queries.clauses(new)] == ["第一条 新。"]
    # The unchanged one stands in both files, as one revision.
    latest = Source.objects.latest("pk")
    assert [printing.revision.sequence for printing in latest.printings.order_by("order")] == [2, 1]
    assert latest.supersedes == old.source
    assert [one.sequence for one in queries.revisions(new.document)] == [1, 2]


def test_a_file_with_other_bytes_and_the_same_words_is_kept_and_revises_nothing() -> None:
    put(gazette(document()), "a")
    result = put(gazette(document()), "b")
    assert result.status is Outcome.UNCHANGED
    assert (Source.objects.count(), Revision.objects.count()) == (2, 1)


def test_what_the_new_edition_leaves_out_stays_and_is_named() -> None:
    put(gazette(document(), document("云岭政〔2021〕2号", "关于供水的通知", "供水"), title=ISSUE), "1")
    result = put(gazette(document(text="第一条 改。"), title=ISSUE), "2")
    assert result.absent == ["云岭政〔2021〕2号"]
    assert queries.get_revision("云岭政〔2021〕2号").sequence == 1


def test_a_single_document_revises_that_of_an_issue() -> None:
    put(gazette(document(text="第一条 旧。"), title=ISSUE), "issue")
    result = put(gazette(document(text="第一条 新。")), "document")
    assert [(one.status, one.revision) for one in result.documents] == [(Outcome.REVISED, 2)]
    assert result.absent == []
    assert Source.objects.latest("pk").supersedes is None


def test_a_new_title_under_the_same_number_is_the_same_document() -> None:
    put(gazette(document(title="关于停车的通知")), "1")
    put(gazette(document(title="关于停车收费的通知")), "2")
    assert queries.get_revision("云岭政办〔2021〕1号").title == "关于停车收费的通知"
    assert Document.objects.count() == 1


# --- which document is which


def two_of_one_number(first: str = "甲。", second: str = "乙。") -> list[object]:
    return [document(title="关于甲的通知", text=first), document(title="关于乙的通知", text=second)]


def test_two_documents_of_one_number_in_a_file_are_two_documents() -> None:
    result = put(gazette(*two_of_one_number(), title=ISSUE))
    assert [(one.key, one.status, one.revision) for one in result.documents] == [
        ("云岭政办〔2021〕1号", Outcome.NEW, 1),
        ("云岭政办〔2021〕1号_2", Outcome.NEW, 1),
    ]
    assert queries.get_document("云岭政办〔2021〕1号_2").shown.title == "关于乙的通知"


def test_they_are_told_apart_by_title_in_the_next_edition() -> None:
    put(gazette(*two_of_one_number(), title=ISSUE), "1")
    result = put(gazette(*reversed(two_of_one_number(second="乙，改。")), title=ISSUE), "2")
    assert [(one.key, one.status, one.revision) for one in result.documents] == [
        ("云岭政办〔2021〕1号_2", Outcome.REVISED, 2),
        ("云岭政办〔2021〕1号", Outcome.UNCHANGED, 1),
    ]


def test_a_second_document_of_a_known_number_does_not_take_the_place_of_the_first() -> None:
    put(gazette(two_of_one_number()[0], title=ISSUE), "1")
    result = put(gazette(*reversed(two_of_one_number()), title=ISSUE), "2")
    assert [(one.key, one.status) for one in result.documents] == [
        ("云岭政办〔2021〕1号_2", Outcome.NEW),
        ("云岭政办〔2021〕1号", Outcome.UNCHANGED),
    ]


def test_a_document_printed_twice_word_for_word_is_one() -> None:
    result = put(gazette(document(), document(), title=ISSUE))
    assert [one.key for one in result.documents] == ["云岭政办〔2021〕1号"] * 2
    assert (Document.objects.count(), Revision.objects.count()) == (1, 1)
    assert Source.objects.get().printings.count() == 2


def test_the_two_series_of_a_city_share_figures_and_no_document() -> None:
    put(gazette(document("云岭政办〔2021〕1号"), document("云岭政〔2021〕1号", text="供水")))
    assert Document.objects.count() == 2


def test_documents_without_a_number_are_told_apart_by_date() -> None:
    put(gazette(document("", "关于任免的通知", "任甲。", day=date(2021, 1, 1)), title=ISSUE), "1")
    february = put(gazette(document("", "关于任免的通知", "任乙。", day=date(2021, 2, 1))), "2")
    march = put(gazette(document("", "关于任免的通知", "任丙。", day=date(2021, 3, 1))), "3")
    keys = ["云岭市人民政府办公室 关于任免的通知" + end for end in ("", "_2", "_3")]
    assert [february.documents[0].key, march.documents[0].key] == keys[1:]
    again = put(gazette(document("", "关于任免的通知", "任乙，免丙。", day=date(2021, 2, 1))), "4")
    assert (again.documents[0].key, again.documents[0].status) == (keys[1], Outcome.REVISED)
    mended = put(gazette(document("", "关于任免的通知", "任甲，正职。", day=date(2021, 1, 2)), title=ISSUE), "5")
    assert (mended.documents[0].key, mended.documents[0].status) == (keys[0], Outcome.REVISED)


@pytest.mark.parametrize("title", ["长" * 5000, "a/b\\c\td\ne", "", "？&#%"])
def test_any_title_makes_a_key_that_fits_and_stands_in_an_address(title: str) -> None:
    put(gazette(document("", title, "甲", issuer="", day=None), document("", title, "乙", issuer="", day=None)))
    keys = [one.key for one in Document.objects.order_by("pk")]
    assert len(set(keys)) == 2
    for key in keys:
        assert 0 < len(key) <= 200
        assert not set(key) & set("/\\\n\t")


# --- what is kept


def test_clauses_nest_and_are_one_stretch_of_the_table() -> None:
    deep = clause(ClauseKind.POINT, "1.", "第一条第（一）项第1目", "art_1__subpara_1__point_1", "子。")
    items = [
        clause(ClauseKind.SUBPARAGRAPH, "（一）", "第一条第（一）项", "art_1__subpara_1", "甲。", deep),
        clause(ClauseKind.SUBPARAGRAPH, "（二）", "第一条第（二）项", "art_1__subpara_2", "乙。"),
    ]
    put(
        gazette(
            document(
                clauses=[article(1, "如下：", *items), article(2, "施行。")], references=[citation("云岭政〔2020〕1号")]
            )
        )
    )
    rows = list(queries.clauses(queries.get_revision("云岭政办〔2021〕1号")))
    assert [(row.order, row.last, row.depth, row.parent and row.parent.eid) for row in rows] == [
        (0, 3, 0, None),
        (1, 2, 1, "art_1"),
        (2, 2, 2, "art_1__subpara_1"),
        (3, 3, 1, "art_1"),
        (4, 4, 0, None),
    ]
    assert [row.eid for row in queries.below(rows[1])] == ["art_1__subpara_1", "art_1__subpara_1__point_1"]
    assert [row.eid for row in queries.ancestors(rows[2])] == ["art_1", "art_1__subpara_1"]
    assert queries.with_all_below(rows[0]).full_text() == "第一条 如下：\n（一）甲。\n1.子。\n（二）乙。"
    assert Reference.objects.get().clause == rows[0]


def test_order_goes_on_from_part_to_part() -> None:
    made = document(clauses=[article(1, "甲"), article(2, "乙")])
    annex = Part(
        PartKind.ANNEX,
        "附件1",
        "名单",
        9,
        "附件1",
        [Clause(ClauseKind.SECTION, "一、", "", "丙", 9, "附件1 一", "att_1__sec_1")],
    )
    made.parts.append(annex)
    made.announced_annexes = [AnnouncedAnnex("附件1", "名单", True), AnnouncedAnnex("附件2", "图", False)]
    put(gazette(made))
    assert [(row.order, row.part.order) for row in Row.objects.order_by("order")] == [(0, 0), (1, 0), (2, 1)]
    assert [(annex.label, annex.present) for annex in Annex.objects.all()] == [("附件1", True), ("附件2", False)]


def test_contents_are_checked() -> None:
    made = gazette(
        document(),
        document("云岭政〔2021〕2号", "关于供水的通知", "供水"),
        title=ISSUE,
        contents=[
            ContentsEntry("关于停车通知", 1, 3, 0, False),
            ContentsEntry("关于防汛的通知", 2, 4, None, False),
        ],
    )
    for result in (put(made), put(made)):
        assert (result.contents.announced, result.contents.found) == (2, 1)
        assert result.contents.missing == ["关于防汛的通知"]
        assert result.contents.differing == ["关于停车通知"]
        assert result.contents.unannounced == ["关于供水的通知"]
    assert [line.document and line.document.key for line in ContentsLine.objects.all()] == ["云岭政办〔2021〕1号", None]


def test_a_file_without_contents_has_nothing_unannounced() -> None:
    result = put(gazette(document()))
    assert (result.contents.announced, result.contents.missing, result.contents.unannounced) == (0, [], [])


def test_the_raw_text_can_be_rebuilt_from_what_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    raw = (
        "云岭市人民政府关于停车的通知\n\n云岭政〔2021〕1号\n各县：\n一、停车  场（一)收费 。\n云岭市人民政府\n"
        "2021 年 3 月 1 日\n"
    )
    path.write_text(raw, encoding="utf-8")
    actions.ingest_file(path)
    held = Source.objects.get()
    assert held.raw_text == raw
    changes = list(held.cleanings.order_by("start", "pk"))
    assert changes
    assert rebuild(held.text, changes) == raw  # type: ignore[arg-type]
    assert held.text == read_gazette(raw).text


@pytest.mark.parametrize(("suffix", "kept"), [(".txt", ".txt"), (".md", ".md"), (".TXT", ".txt"), ("", ".txt")])
def test_the_bytes_are_kept_as_they_came(tmp_path: Path, files: Path, suffix: str, kept: str) -> None:
    path = tmp_path / f"公报{suffix}"
    content = "云岭市人民政府关于停车的通知\r\n云岭政〔2021〕1号\r\n各县：\r\n停车。\r\n".encode("gb18030")
    path.write_bytes(content)
    actions.ingest_file(path)
    held = Source.objects.get()
    assert (files / held.stored_as).read_bytes() == content
    assert held.stored_as == f"{held.sha256[:2]}/{held.sha256}{kept}"
    assert kept_files(files) == [held.stored_as]
    assert (held.name, held.encoding, held.size) == (path.name, "gb18030", len(content))


def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    path = tmp_path / "one.txt"
    path.write_text(
        "云岭市人民政府关于停车的通知\n云岭政〔2021〕1号\n各县：\n一、停车。\n二、收费。\n", encoding="utf-8"
    )
    actions.ingest_file(path, progress=lambda step, done, total: told.append((step, done, total)))
    assert ("reading", 1, 1) in told
    assert told[-1][0] == "keeping"
    assert told[-1][1] == told[-1][2] == Row.objects.count() > 0


# --- what fails


def test_an_ingest_that_fails_half_way_leaves_nothing(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(gazette(document(text="第一条 旧。")), "before", keep=True)
    before = (everything(), kept_files(files))

    def fails(*args: object) -> None:
        # By now the rows of the source, the documents and the revisions are written.
        assert Revision.objects.count() == 3
        raise RuntimeError("power cut")

    monkeypatch.setattr(actions._Writer, "_clauses", fails)
    with pytest.raises(RuntimeError):
        put(gazette(document(text="第一条 新。"), document("云岭政〔2021〕2号")), "after", keep=True)
    assert (everything(), kept_files(files)) == before
    monkeypatch.undo()
    assert put(gazette(document(text="第一条 新。"), document("云岭政〔2021〕2号")), "after").status is Outcome.REVISED


def test_an_ingest_whose_file_cannot_be_kept_leaves_nothing(settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    settings.MEDIA_ROOT = tmp_path / "taken"
    with pytest.raises(GongbaoError, match="cannot be kept"):
        put(gazette(document()), keep=True)
    assert not any(everything().values())


def test_an_ingest_whose_file_cannot_be_put_in_its_place_leaves_nothing(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(actions.os, "replace", full)
    with pytest.raises(GongbaoError, match="No space left"):
        put(gazette(document()), keep=True)
    assert not any(everything().values())
    assert kept_files(files) == []


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (gazette(), "no document was found"),
        (gazette(document(clauses=[article(1, "甲"), article(1, "乙")])), "has no address of its own"),
        (gazette(document("云岭政" * 50)), "longer than 100"),
        (
            gazette(document(clauses=[clause(ClauseKind.ITEM, "1.", "1", "item_1__" * 100, "甲")])),
            "nested too deep",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(made: Gazette, says: str) -> None:
    with pytest.raises(GongbaoError, match=says) as caught:
        put(made, "something")
    assert caught.value.where == "issue.txt"
    assert not any(everything().values())


def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(GongbaoError, match="no such file"):
        actions.ingest_file(tmp_path / "missing.txt")
    big = tmp_path / "big.txt"
    big.write_text("字" * 100, encoding="utf-8")
    with pytest.raises(GongbaoError):
        actions.ingest_file(big, limit=10)


def test_deep_nesting_is_kept_without_recursion() -> None:
    top = bottom = clause(ClauseKind.ITEM, "1.", "1", "i1", "甲")
    for depth in range(2, 90):
        below = clause(ClauseKind.ITEM, "1.", f"{depth}", f"i{depth}", "乙")
        bottom.children.append(below)
        bottom = below
    put(gazette(document(clauses=[top])))
    assert Row.objects.get(eid="i1").last == 88
    assert Row.objects.get(eid="i89").depth == 88


# --- how much it costs


def test_the_number_of_queries_does_not_grow_with_the_clauses() -> None:
    def queries_for(clauses: int, content: str) -> int:
        rows = [
            clause(
                ClauseKind.SECTION,
                f"{at}.",
                f"{at}",
                f"sec_{at}",
                "甲",
                clause(ClauseKind.SUBSECTION, "", f"{at}甲", f"sub_{at}"),
            )
            for at in range(clauses)
        ]
        with CaptureQueriesContext(connection) as captured:
            put(gazette(document(f"云岭政〔2021〕{clauses}号", clauses=rows)), content)
        return len(captured)

    few, many = queries_for(10, "few"), queries_for(400, "many")
    # SQLite takes about sixty rows in one INSERT, so that 800 rows are 14 and not one each.
    assert many - few < 30


# --- at the same time


def at_once(monkeypatch: pytest.MonkeyPatch, *works: tuple[Gazette, str]) -> list[object]:
    """Ingest in threads that have all seen an empty library before one of them writes."""
    barrier = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)
    made = {content: one for one, content in works}

    def reads(text: str, progress: object = None) -> Gazette:
        barrier.wait(timeout=60)
        return made[text]

    monkeypatch.setattr(actions, "read_gazette", reads)
    monkeypatch.setattr(actions, "check_gazette", lambda made, text: [])

    def work(at: int, content: str) -> None:
        try:
            results[at] = actions.ingest_source(source(content), "issue.txt", content=content.encode())
        except BaseException as error:
            results[at] = error
        finally:
            connection.close()

    running = [threading.Thread(target=work, args=(at, content)) for at, (_, content) in enumerate(works)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_the_same_file_at_the_same_time_is_read_once(monkeypatch: pytest.MonkeyPatch, files: Path) -> None:
    made = gazette(document(), document("云岭政〔2021〕2号"), title=ISSUE)
    results = at_once(monkeypatch, (made, "same"), (made, "same"))
    assert sorted(str(result.status) for result in results) == ["new", "unchanged"]  # type: ignore[attr-defined]
    assert (Source.objects.count(), Document.objects.count(), Revision.objects.count()) == (1, 2, 2)
    assert len(kept_files(files)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_editions_at_the_same_time_are_two_revisions(monkeypatch: pytest.MonkeyPatch) -> None:
    results = at_once(
        monkeypatch,
        (gazette(document(text="第一条 甲。"), title=ISSUE), "one"),
        (gazette(document(text="第一条 乙。"), title=ISSUE), "two"),
    )
    assert sorted(str(result.status) for result in results) == ["new", "revised"]  # type: ignore[attr-defined]
    assert sorted(Revision.objects.values_list("sequence", flat=True)) == [1, 2]
    assert Document.objects.get().shown.sequence == 2
    assert Cleaning.objects.count() == 4
