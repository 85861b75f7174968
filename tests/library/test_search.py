"""The search index: which documents and clauses are found, by whom, in which order. All texts are invented."""

from datetime import date
from itertools import islice
from typing import Any

import pytest
from django.db import connection

from gongbao.gazette import read_bytes
from gongbao.gazette.model import Clause
from gongbao.office import kept
from gongbao.office.kept import WriteOutsideAction
from gongbao.office.library import actions, queries, search
from gongbao.office.library.actions import ingest_source
from gongbao.office.library.models import PersonalMark, Revision, SearchEntry
from gongbao.office.people.readers import KEEPER, VISITOR, Reader
from tests.library.made import article, document, gazette, put

pytestmark = pytest.mark.django_db

PEOPLE = (
    "云岭市人民政府关于印发云岭市园林工作方案的通知\n云岭政〔2026〕11号\n各县人民政府：\n"
    "现印发给你们。\n云岭市人民政府\n2026年1月5日\n云岭市园林工作方案\n"
    "一、任务\n1. 市园林局新建口袋公园，联系人：钱多多，电话：0399-2965000。\n2. 市水利局报送进度。\n"
)


def found(text: str, reader: Reader = VISITOR, **conditions: Any) -> list[str]:
    return [one.document.number for one in queries.list_documents(text=text, reader=reader, **conditions)]


def clause_matches(text: str, reader: Reader = VISITOR) -> list[str]:
    """The clauses shown for the words: locator, and the passage with the words in 【】."""
    words = queries.sought(text, reader)
    return [
        f"{one.locator} {told(one.passage)}"
        for match in queries.matches(queries.list_documents(text=words), words, reader)
        for one in match.clauses
    ]


def told(pieces: list[search.Piece]) -> str:
    return "".join(f"【{piece.text}】" if piece.hit else piece.text for piece in pieces)


def number(n: int) -> str:
    return f"云岭政办〔2021〕{n}号"


def put_texts(*texts: str) -> None:
    put(gazette(*(document(number(n), f"关于事项{n}的通知", text) for n, text in enumerate(texts, 1))))


# --- grams


def test_grams_are_all_pieces_between_white_space_without_width_and_case() -> None:
    assert search.grams("医疗救助", 2) == {"医", "疗", "救", "助", "医疗", "疗救", "救助"}
    assert search.grams("ＰＭ２.５ Ab", 2) == {"p", "m", "2", ".", "5", "pm", "m2", "2.", ".5", "a", "b", "ab"}
    assert search.grams("") == search.grams(" \n\u3000") == set()
    assert max(map(len, search.grams("一二三四五六"))) == search.DOCUMENT_GRAM


def test_a_word_is_looked_up_by_grams_that_its_text_has() -> None:
    for length in range(1, 60):
        word = "".join(chr(0x4E00 + n) for n in range(length))
        for longest in (search.CLAUSE_GRAM, search.DOCUMENT_GRAM):
            wanted = search.grams_of_word(word, longest)
            assert set(wanted) <= search.grams(f"前{word}后", longest)
            assert wanted[0] == word[:longest] and word.endswith(wanted[-1])


def test_words_are_marked_where_they_stand() -> None:
    assert told(search.marked("（一）PM2.5与ＰＭ２.５", search.words("pm2.5"))) == "（一）【PM2.5】与【ＰＭ２.５】"
    assert told(search.marked("等…见㎡和甲", search.words("见 甲"))) == "等…【见】㎡和【甲】"
    assert told(search.marked("甲乙丙丁", search.words("甲乙 乙丙"))) == "【甲乙丙】丁"
    assert told(search.passage("前" * 200 + "停车\n收费" + "后" * 200, ["停车"])).startswith("…前")
    assert "【停车】 收费后" in told(search.passage("前" * 200 + "停车\n收费" + "后" * 200, ["停车"]))
    assert told(search.passage("停" * 500, ["停" * 400])) == f"【{'停' * 400}】…"


# --- which documents


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("停车", [2, 1]),  # two characters
        ("车", [3, 2, 1]),  # one
        ("停车场", [2]),
        ("停车 收费", [2]),
        ("pm2.5", [4]),
        ("PM", [4]),
        ("ＰＭ２．５", [4]),
        ("5g", [4]),
        ("2026", [4]),
        ("100%", [4]),
        ("%", [4]),
        ("_", []),
        ("(一)", [4]),  # printed in full width
        ("车辆停放管理办法", [3]),  # longer than any gram
        ("没有的词", []),
        ("车辆停放管理规定", []),
    ],
)
def test_words(text: str, numbers: list[int]) -> None:
    put_texts(
        "停车。", "停车场收费。", "车辆停放管理办法由市局制定。", "（一）PM2.5下降，5G基站于2026年建成，覆盖率100%。"
    )
    assert found(text) == [number(n) for n in numbers]


def test_a_long_word_is_confirmed_on_the_text() -> None:
    # All grams of four characters of 甲乙丙丁戊 stand in the first, and the word does not.
    put_texts("甲乙丙丁，乙丙丁戊。", "又甲乙丙丁戊。")
    assert found("甲乙丙丁戊") == [number(2)]
    assert clause_matches("甲乙丙丁戊") == ["第一条 又【甲乙丙丁戊】。"]


def test_a_word_does_not_begin_in_one_line_and_end_in_the_next() -> None:
    put_texts("停\n车。")
    assert found("停车") == []


def test_a_document_is_found_by_its_number_in_any_brackets() -> None:
    put_texts("停车。", "引用云岭政办〔2021〕1号。", "供水。")
    assert found("云岭政办[2021] 1号") == [number(1), number(2)]  # the number first


def test_too_many_to_confirm_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put_texts("甲乙丙丁，乙丙丁戊。", "又甲乙丙丁戊。", "甲乙丙丁戊。")
    monkeypatch.setattr(queries, "MOST_CONFIRMED", 2)
    words = queries.sought("甲乙丙丁戊")
    assert not words.confirmed and len(words.found) == 3
    listed = queries.list_documents(text=words)
    # What is shown is right all the same, and so is a list that asks for all.
    assert [one.revision.document.number for one in queries.matches(listed, words)] == [number(3), number(2)]
    assert found("甲乙丙丁戊") == [number(3), number(2)]


# --- order


def test_in_the_title_first_and_then_the_newest() -> None:
    put(
        gazette(
            document(number(1), "关于停车的通知", "甲。", day=date(2020, 1, 1)),
            document(number(2), "关于供水的通知", "停车。", day=date(2022, 1, 1)),
            document(number(3), "关于供电的通知", "停车。", day=date(2023, 1, 1)),
            document(number(4), "关于停车收费的通知", "乙。", day=date(2021, 1, 1)),
            document(number(5), "关于防汛的通知", "丙。", day=date(2024, 1, 1)),
        )
    )
    assert found("停车") == [number(n) for n in (4, 1, 3, 2)]
    assert found("停车", year=2020) == [number(1)]
    # All words must stand in the title, together with the number.
    put(gazette(document("云岭政〔2019〕9号", "关于停车的意见", "收费。", day=date(2019, 1, 1))), "later")
    assert found("停车 收费") == [number(4), "云岭政〔2019〕9号"]
    assert found("停车 2021") == [number(n) for n in (4, 1, 3, 2)]


def test_clauses_with_most_words_come_first_and_the_others_are_counted() -> None:
    texts = ["停车。", "收费。", "停车收费。", "供水。", "停车。", "停车。"]
    clauses = [article(n, text) for n, text in enumerate(texts, 1)]
    put(gazette(document(number(1), text="\n".join(texts), clauses=clauses)))
    words = queries.sought("停车 收费")
    (match,) = queries.matches(queries.list_documents(text=words), words)
    assert [one.eid for one in match.clauses] == ["art_3", "art_1", "art_2"] and match.more == 2
    assert told(match.clauses[0].passage) == "【停车收费】。"
    assert told(match.title) == "云岭市人民政府办公室关于【停车】的通知"


# --- the last words of a long document


@pytest.mark.parametrize("lines", [1, 20, 2000])
def test_the_last_words_of_a_document_of_100_000_characters_are_found(lines: int) -> None:
    # No two pieces are alike, so that the row is as large as it gets.
    signs = iter(range(100_000))
    length = 100_000 // lines
    texts = [
        "".join(chr(0x4E00 + (n * 7919 + n // 20_000) % 20_000) for n in islice(signs, length)) for _ in range(lines)
    ]
    texts[-1] += "末尾辞语"
    clauses: list[Clause] = [
        Clause(article(1, "").kind, "", "", text, n, f"段{n}", f"para_{n}", []) for n, text in enumerate(texts, 1)
    ]
    put(gazette(document(number(1), text="\n".join(texts), clauses=clauses), document(number(2), text="又。")))
    for word in ("末尾", "辞语", "尾辞语", "末尾辞语", texts[-1][-9:]):
        assert found(word) == [number(1)]
        assert [one.partition(" ")[0] for one in clause_matches(word)] == [f"段{lines}"]


# --- revisions


def test_the_words_of_an_older_revision_are_not_found() -> None:
    put(gazette(document(number(1), text="停车。"), document(number(2), text="停车。")), "one")
    put(gazette(document(number(1), "云岭市人民政府办公室关于供水的通知", text="供水。")), "two")
    assert found("停车") == [number(2)]
    assert found("供水") == [number(1)]
    assert SearchEntry.objects.count() == 4


def test_the_index_is_made_again() -> None:
    put_texts("停车。", "供水。")
    put(gazette(document(number(1), "关于事项1的通知", "停车收费。")), "revised")
    entries = SearchEntry.objects.count()
    with kept.action("test"):
        search.index().clear()
    assert found("停车") == found("供水") == []
    with kept.action("test"):
        Revision.objects.update(derived_by=1)
    assert actions.derive_outdated() == 3
    assert found("收费") == [number(1)] and found("供水") == [number(2)]
    assert clause_matches("停车") == ["第一条 【停车】收费。"]
    assert SearchEntry.objects.count() == entries


def test_what_an_interrupted_derivation_made_is_kept() -> None:
    put_texts("停车。", "停车。")
    with kept.action("test"):
        Revision.objects.filter(document__number=number(2)).update(derived_by=1)
    assert actions.derive_outdated() == 1
    assert found("停车") == [number(2), number(1)]
    assert len(clause_matches("停车")) == 2


def test_nothing_is_written_outside_an_action() -> None:
    put_texts("停车。")
    for write in (
        lambda: search.index().write([(1, "词")], []),
        lambda: search.index().forget([1]),
        lambda: search.index().clear(),
    ):
        with pytest.raises(WriteOutsideAction):
            write()
    assert found("停车") == [number(1)]


# --- who finds what


def test_a_visitor_finds_nothing_by_what_is_masked() -> None:
    ingest_source(read_bytes(PEOPLE.encode()), "plan.txt")
    assert PersonalMark.objects.exists()
    # The last two begin with words that a visitor sees.
    for word in ("钱多多", "钱多", "多", "2965000", "29650", "联系人：钱多多", "人：钱"):
        assert found(word) == [] and clause_matches(word) == []
        assert found(word, KEEPER) == ["云岭政〔2026〕11号"]
        assert len(clause_matches(word, KEEPER)) == 1
    for reader in (VISITOR, KEEPER):
        assert found("市水利局", reader) == found("市园林局 联系人", reader) == ["云岭政〔2026〕11号"]
    assert "钱多多" not in "".join(clause_matches("口袋公园")) and "＊＊＊" in "".join(clause_matches("口袋公园"))
    assert "钱多多" in "".join(clause_matches("口袋公园", KEEPER))


# --- whatever is typed


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\x00停车",
        "AND",
        "停车 AND 收费",
        "停车 OR NEAR(收费, 3)",
        "NOT 停车",
        "停车*",
        "^停车",
        "grams:停车",
        "{grams} : 停车",
        '"停车',
        "'停车'",
        "停车\\",
        "'); DROP TABLE library_searchentry; --",
        "%s %(x)s %% {} {0}",
        "&|!()<->:*",
        "停车:*",
        "😀",
        "停车😀",
        "\ud800",
        "\u202e\u200b",
        "𠮷",
        "ﷺ",
        "停" * 1000,
        "停车 " * 333,
        " ".join(chr(0x4E00 + n) for n in range(500)),
        " ".join(chr(0x4E00 + n) * 2 for n in range(330)),
    ],
)
def test_whatever_is_typed_is_only_words(text: str) -> None:
    put_texts("停车。", "供水。")
    for reader in (VISITOR, KEEPER):
        words = queries.sought(text, reader)
        listed = list(queries.list_documents(text=words, reader=reader))
        # Where words are left at all, what is found holds each of them; no sign means anything.
        assert [one.document.number for one in listed] in ([], [number(1)], [number(2), number(1)])
        assert not words.words or all(search.holds(one.text + one.document.number, words.words) for one in listed)
        queries.matches(listed, words, reader)
        queries.facets(text=text, reader=reader)
    assert found("停车") == [number(1)]


# --- how it is looked up


def test_the_index_is_asked_and_no_text_is_read() -> None:
    put_texts(*(f"停车{n}，甲乙。" for n in range(20)))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What the function sets, seen from outside.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute("SELECT prosrc, proconfig FROM pg_proc WHERE proname = %s", [search.HOLDING])
            ((asked, settings),) = cursor.fetchall()
            assert settings == ["enable_seqscan=off", "enable_indexscan=off"]
            cursor.execute(f"EXPLAIN {asked.replace('wanted', '%s::bigint[]')}", [search._numbers(["停车"])])
        else:
            cursor.execute(
                f"EXPLAIN QUERY PLAN SELECT rowid FROM {search.DOCUMENTS} WHERE {search.DOCUMENTS} MATCH %s",
                [search._all_of(["停车"])],
            )
        plan = str(cursor.fetchall())
    used = "library_search_documents_grams" if connection.vendor == "postgresql" else "VIRTUAL TABLE INDEX"
    assert used in plan

    told: list[str] = []
    with connection.execute_wrapper(lambda execute, sql, *rest: told.append(sql) or execute(sql, *rest)):
        assert len(queries.sought("停车").found) == 20
    # And whether there is a document that was never looked through for personal data.
    assert len(told) == 2 and "library_search_" in told[0] and '"derived_by" = ' in told[1]
    assert "LIKE" not in "".join(told).upper()
    words = queries.sought("停车 甲 乙 事项")
    listed = list(queries.page(queries.list_documents(text=words)))
    told.clear()
    with connection.execute_wrapper(lambda execute, sql, *rest: told.append(sql) or execute(sql, *rest)):
        assert len(queries.matches(listed, words)) == 20
    # The rows of the page, the places of all words in them, what is masked, and the clauses.
    assert len(told) == 4 and "library_search_" in told[1] and "VALUES" in told[3]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {told[3]}")
            plan = str(cursor.fetchall())
        assert "SEARCH library_clause USING INDEX" in plan and "SCAN library_clause" not in plan


def test_nothing_is_asked_where_nothing_is_looked_for(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert search.index().clauses([], ["停车"]) == search.index().clauses([1], []) == []


def test_clauses_are_told_with_how_many_of_the_words_they_hold() -> None:
    texts = ["停车场收费。", "供水。", "收费。", "停车场。"]
    put(gazette(document(number(1), text="\n".join(texts), clauses=[article(n, t) for n, t in enumerate(texts, 1)])))
    put(gazette(document(number(2), text="停车。")), "two")
    entries = {
        one.revision.document.number: one.pk
        for one in SearchEntry.objects.exclude(part=SearchEntry.Part.TITLE).select_related("revision__document")
    }
    first, second = entries[number(1)], entries[number(2)]
    places = list(Revision.objects.get(document__number=number(1)).clauses.values_list("order", flat=True))
    told = search.index().clauses([first, second], ["停车场", "收费", "供水"])
    # 停车场 is looked up by 停车 and 车场, of which the other document has one only.
    assert sorted(told) == sorted((first, place, held) for place, held in zip(places, (2, 1, 1, 1), strict=True))
    assert [entry for entry, _place, _held in search.index().clauses([first, second], ["停车"])].count(second) == 1
