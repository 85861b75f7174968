"""Units, posts and substitutes: what may be, what is refused, what stands in the log. City and people are invented."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import IntegrityError, transaction

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.models import Entry
from gongbao.office.audit.queries import verify
from gongbao.office.kept import WriteOutsideAction
from gongbao.office.people import actions, queries
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account, Post, Substitute, Unit
from gongbao.office.people.roles import Role
from gongbao.office.people.unit_files import read_units
from gongbao.sample import CITY_KEY, UNITS
from tests.people.made import LONG_AGO, keep_city, open_account

NOW = datetime(2026, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def city(db):
    return keep_city()


@pytest.fixture
def clerk(city):
    return open_account("yan.shu")


@pytest.fixture
def other(city):
    return open_account("bai.lu")


def give(account, unit="finance", role=Role.CLERK, since=TODAY, until=None, **more):
    return actions.give_post(account, unit, role, since=since, until=until, at=NOW, **more)


def held(account, on=TODAY):
    return [(one.unit.key, one.role) for one in queries.posts_of(account, on)]


# --- units


def test_the_tree_has_each_unit_before_those_below_it(city):
    assert [(one.unit.key, one.depth) for one in queries.unit_tree()] == [
        ("yunlan", 0),
        ("finance", 1),
        ("budget", 2),
        ("health", 1),
        ("east", 1),
    ]
    keys = dict(Unit.objects.values_list("id", "key"))
    assert {keys[one] for one in queries.units_below(queries.unit("finance"))} == {"finance", "budget"}
    assert {keys[one] for one in queries.units_below(queries.unit("yunlan"))} == set(keys.values())
    assert [one.key for one in queries.units_above(queries.unit("budget"))] == ["yunlan", "finance"]


@pytest.mark.parametrize(
    ("key", "given", "told"),
    [
        ("new", {"zh": "新", "en": "New", "kind": "department"}, "name its parent"),
        ("new", {"zh": "新", "en": "New", "kind": "city"}, "the city is yunlan"),
        ("new", {"zh": "新", "en": "New", "kind": "department", "parent": "nowhere"}, "there is no unit nowhere"),
        ("new", {"zh": "新", "en": "New", "kind": "guild", "parent": "yunlan"}, "not a valid choice"),
        ("new", {"zh": "新", "kind": "department", "parent": "yunlan"}, "needs a Chinese and an English name"),
        ("New Unit", {"zh": "新", "en": "New", "kind": "department", "parent": "yunlan"}, "small letters"),
        ("finance", {"parent": "budget"}, "stands below finance itself"),
        ("finance", {"parent": "finance"}, "stands below finance itself"),
        ("finance", {"parent": ""}, "only a city"),
        ("finance", {"zh": "  "}, "cannot be blank"),
        ("finance", {"closed": True}, "budget below it is still open"),
    ],
)
def test_what_makes_no_tree_is_refused_and_leaves_it_as_it_was(city, key, given, told):
    before, entries = list(Unit.objects.values()), Entry.objects.count()
    with pytest.raises(GongbaoError, match=told):
        actions.keep_unit(key, **given, at=NOW)
    assert list(Unit.objects.values()) == before
    assert Entry.objects.count() == entries


def test_a_unit_is_closed_once_it_is_empty_and_takes_nobody_then(city, clerk):
    post = give(clerk, "budget")
    with pytest.raises(GongbaoError, match="posts are held"):
        actions.keep_unit("budget", closed=True, at=NOW)
    actions.end_post(post.uuid, at=NOW)
    actions.keep_unit("budget", closed=True, at=NOW)
    with pytest.raises(GongbaoError, match="the unit budget is closed"):
        give(clerk, "budget")
    with pytest.raises(GongbaoError, match="nothing is put below it"):
        actions.keep_unit("new", zh="新", en="New", kind="section", parent="budget", at=NOW)
    actions.keep_unit("finance", closed=True, at=NOW)
    with pytest.raises(GongbaoError, match="finance, is closed"):
        actions.keep_unit("budget", closed=False, at=NOW)


@pytest.mark.parametrize("model", [Unit, Post, Substitute])
def test_they_are_written_by_recorded_actions_alone(city, clerk, model):
    give(clerk)
    with pytest.raises(WriteOutsideAction), transaction.atomic():
        model.objects.update(id=1)
    with pytest.raises(WriteOutsideAction), transaction.atomic():
        model().save()


# --- files of units


def test_the_sample_has_a_city_its_departments_and_nine_counties_and_districts(db):
    rows = read_units(UNITS)
    assert actions.keep_units(rows, at=NOW) == (len(rows), 0)
    assert actions.keep_units(rows, at=NOW) == (0, len(rows))
    assert queries.city_key() == CITY_KEY
    kinds = [one.kind for one in Unit.objects.filter(parent__key=CITY_KEY)]
    assert (kinds.count("county"), kinds.count("department")) == (9, 13)
    assert all(
        unit and role in Role for _rights, post in actions.DEMO_ACCOUNTS.values() if post for unit, role in [post]
    )
    assert {post[0] for _rights, post in actions.DEMO_ACCOUNTS.values() if post} <= {row.key for row in rows}


def test_a_workbook_names_parents_wherever_they_stand(db, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ("key", "zh", "en", "kind", "parent"),
        ("finance", "财政局", "Finance", "department", "yunlan"),
        (None, None, None, None, None),
        ("yunlan", "云岭市", "Yunling", "city", None),
    ):
        book.active.append(row)
    book.save(tmp_path / "units.xlsx")
    actions.keep_units(read_units(tmp_path / "units.xlsx"), at=NOW)
    assert [one.unit.key for one in queries.unit_tree()] == ["yunlan", "finance"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.yaml", "units: [", "line 1: this is no YAML"),
        ("a.yaml", "- a", "one list, called units"),
        ("a.yaml", "units: 3", "no list of units"),
        ("a.yaml", "units: [3]", "units[1]: a unit has key"),
        ("a.yaml", "units: []", "names no unit"),
        ("a.yaml", "units: [{key: a, zh: 甲, en: A, kind: city, head: b}]", "a unit has no head"),
        ("a.yaml", "units: [{key: a, zh: 甲, en: A}]", "units[1]: kind is missing"),
        ("a.yaml", "units: [{key: 7, zh: 甲, en: A, kind: city}]", "key is no text"),
        ("a.yaml", b"\xff\xfe", "not UTF-8"),
        ("a.xlsx", b"PK no zip", "no workbook"),
        ("nowhere.yaml", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path, name, content, told):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(GongbaoError) as refused:
        read_units(path)
    assert told in str(refused.value)


def test_a_file_that_names_a_piece_of_itself_again_and_again_is_bounded(tmp_path):
    unit = "{key: a, zh: 甲, en: A, kind: city, below: %s}"
    lines = [f"x: &a0 [{unit % '[]'}]"]
    lines += [f"x{n}: &a{n} [{', '.join([unit % f'*a{n - 1}'] * 9)}]" for n in range(1, 8)]
    (tmp_path / "a.yaml").write_text("\n".join([*lines, "units: *a7"]).replace("x: ", "x0: "))
    with pytest.raises(GongbaoError):
        read_units(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("units: &u [{key: a, zh: 甲, en: A, kind: city, below: *u}]")
    with pytest.raises(GongbaoError, match="deep in each other"):
        read_units(tmp_path / "b.yaml")


def test_one_unit_that_cannot_be_leaves_out_all_of_the_file(db, tmp_path):
    path = tmp_path / "units.yaml"
    below = "[{key: a, zh: 甲, en: A, kind: department}, {key: B, zh: 乙, en: B, kind: department}]"
    path.write_text(f"units: [{{key: yunlan, zh: 云岭市, en: Yunling, kind: city, below: {below}}}]")
    with pytest.raises(GongbaoError, match="B: A key is of small letters"):
        actions.keep_units(read_units(path), at=NOW)
    assert not Unit.objects.exists() and not Entry.objects.exists()


# --- posts


def test_a_post_is_held_from_its_first_day_to_its_last_both_included(clerk):
    give(clerk, since=TODAY, until=TODAY + 2 * DAY)
    days = [TODAY + number * DAY for number in range(-1, 4)]
    assert [bool(held(clerk, day)) for day in days] == [False, True, True, True, False]


def test_a_post_that_ends_at_once_is_held_no_more_on_that_day(clerk):
    post = give(clerk)
    assert held(clerk) == [("finance", "clerk")]
    actions.end_post(post.uuid, at=NOW)
    assert held(clerk) == [] and held(clerk, TODAY - DAY) == []
    # It was held for no day, so it is in nobody's way.
    give(clerk)


@pytest.mark.parametrize("days", [1, 30])
def test_a_post_that_was_to_begin_later_can_be_taken_back(clerk, days):
    post = give(clerk, since=TODAY + days * DAY)
    actions.end_post(post.uuid, at=NOW)
    assert held(clerk, TODAY + days * DAY) == []


def test_posts_that_cannot_be_are_refused(clerk):
    give(clerk, until=TODAY + 9 * DAY)
    for given, told in (
        ({"until": TODAY}, "holds this post already"),
        ({"since": TODAY + 9 * DAY}, "holds this post already"),
        ({"since": TODAY, "until": TODAY - DAY}, "is before the first"),
        ({"unit": "nowhere"}, "there is no unit nowhere"),
        ({"role": "king"}, "there is no role king"),
        ({"role": Role.AUDITOR}, "an auditor holds no other post"),
    ):
        with pytest.raises(GongbaoError, match=told):
            give(clerk, **given)
    give(clerk, since=TODAY + 10 * DAY)
    give(clerk, role=Role.COUNTER)
    actions.keep_account("yan.shu", is_open=False)
    with pytest.raises(GongbaoError, match=r"the account yan\.shu is closed"):
        give(clerk, "health")
    assert held(clerk) == []


def test_an_auditor_holds_nothing_beside_it(clerk):
    give(clerk, "yunlan", Role.AUDITOR)
    with pytest.raises(GongbaoError, match="an auditor holds no other post"):
        give(clerk)


def test_an_auditor_is_named_for_the_whole_city_alone(city, clerk):
    of_finance = city.member("hua.yu", "finance", Role.ADMINISTRATOR)
    actor = actor_of(of_finance, queries.acting_posts(of_finance, TODAY)[0])
    with pytest.raises(GongbaoError, match="reads everything"):
        give(clerk, "budget", Role.AUDITOR, actor=actor)
    give(clerk, "budget", actor=actor)


@pytest.mark.parametrize(
    ("given", "told"),
    [({"last_day": TODAY - 2 * DAY}, "does not end in the past"), ({"last_day": date.max}, "already")],
)
def test_a_post_does_not_end_otherwise(clerk, given, told):
    post = give(clerk, since=LONG_AGO, until=TODAY + DAY)
    with pytest.raises(GongbaoError, match=told):
        actions.end_post(post.uuid, **given, at=NOW)


def test_the_last_administrator_of_the_city_stays_unless_the_keeper_says_so(city):
    first = city.member("hua.yu", "yunlan", Role.ADMINISTRATOR)
    post = queries.posts_of(first, TODAY)[0]
    actor = actor_of(first, queries.acting_posts(first, TODAY)[0])
    with pytest.raises(GongbaoError, match="last administrator"):
        actions.keep_account("hua.yu", is_open=False, actor=actor, at=NOW)
    with pytest.raises(GongbaoError, match="last administrator"):
        actions.end_post(post.uuid, actor=actor, at=NOW)
    city.member("qiu.yue", "finance", Role.ADMINISTRATOR)
    with pytest.raises(GongbaoError, match="last administrator"):
        actions.end_post(post.uuid, actor=actor, at=NOW)
    city.member("dong.xue", "yunlan", Role.ADMINISTRATOR)
    actions.end_post(post.uuid, actor=actor, at=NOW)
    actions.keep_account("dong.xue", is_open=False, actor=KEEPER, at=NOW)
    assert not queries.posts_held(TODAY).filter(role=Role.ADMINISTRATOR, unit__parent=None).exists()


# --- substitutes


@pytest.fixture
def away(clerk, other):
    """yan.shu is away for three days, and bai.lu stands in; both are of the finance office."""
    give(clerk, role=Role.SECTION_HEAD, since=LONG_AGO)
    give(other, since=LONG_AGO)
    return actions.name_substitute(clerk, other, since=TODAY, until=TODAY + 2 * DAY, reason="leave", at=NOW)


def acting(account, on=TODAY):
    found = queries.acting_posts(account, on)
    return [(one.post.role, one.for_account.username if one.for_account else "") for one in found]


def test_a_substitute_acts_in_the_posts_of_whom_they_stand_in_for_on_these_days(away, clerk, other):
    own = [("clerk", "")]
    days = [TODAY + number * DAY for number in range(-1, 4)]
    assert [acting(other, day) for day in days] == [own, *[own + [("section_head", "yan.shu")]] * 3, own]
    # Who is away may still act: what they do is recorded as theirs.
    assert acting(clerk) == [("section_head", "")]


def test_standing_in_goes_one_step(away, other, city):
    third = city.member("hua.yu", "finance", Role.COUNTER)
    actions.name_substitute(other, third, since=TODAY, until=TODAY, reason="leave", at=NOW)
    assert acting(third) == [("counter", ""), ("clerk", "bai.lu")]


def test_nobody_is_stood_in_for_as_administrator_or_auditor(away, clerk, other, city):
    give(clerk, role=Role.ADMINISTRATOR, since=LONG_AGO)
    assert ("administrator", "yan.shu") not in acting(other)
    auditor = city.member("hua.yu", "yunlan", Role.AUDITOR)
    with pytest.raises(GongbaoError, match="is an auditor and stands in for nobody"):
        actions.name_substitute(other, auditor, since=TODAY, until=TODAY, reason="leave", at=NOW)


def test_a_closed_account_is_stood_in_for_no_more_and_stands_in_for_nobody(away, other):
    actions.keep_account("yan.shu", is_open=False)
    assert acting(other) == [("clerk", "")]
    actions.keep_account("yan.shu", is_open=True)
    actions.keep_account("bai.lu", is_open=False)
    assert acting(Account.objects.get(pk=other.pk)) == []


def test_a_substitution_ends_at_once(away, clerk, other):
    actions.end_substitute(away.uuid, at=NOW)
    assert acting(other) == [("clerk", "")]
    assert not queries.substitutes_from(TODAY).exists()
    with pytest.raises(GongbaoError, match="ended on 2026-05-05 already"):
        actions.end_substitute(away.uuid, at=NOW)
    actions.name_substitute(clerk, other, since=TODAY, until=TODAY, reason="leave", at=NOW)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"until": TODAY - DAY}, "is before the first"),
        ({"since": TODAY - 9 * DAY, "until": TODAY - DAY}, "is over"),
        ({"until": TODAY + 366 * DAY}, "longer than a year"),
        ({"reason": " "}, "a reason is needed"),
        ({"reason": "x" * 101}, "longer than 100"),
        ({"until": TODAY + DAY}, "somebody stands in already from 2026-05-06 to 2026-05-08"),
    ],
)
def test_substitutions_that_cannot_be_are_refused(away, clerk, other, given, told):
    with pytest.raises(GongbaoError, match=told):
        actions.name_substitute(
            clerk, other, **{"since": TODAY, "until": TODAY + 9 * DAY, "reason": "leave", **given}, at=NOW
        )
    with pytest.raises(GongbaoError, match="nobody stands in for themselves"):
        actions.name_substitute(clerk, clerk, since=TODAY, until=TODAY, reason="leave", at=NOW)


def test_the_database_itself_refuses_somebody_who_stands_in_for_themselves(away):
    from gongbao.office.audit.actions import recorded

    with pytest.raises(IntegrityError), recorded("people.test", actor=KEEPER, ground="test", at=NOW) as record:
        away.by = away.absent
        away.save()
        record("substitute:test")


def test_whoever_names_their_own_names_somebody_of_their_unit(away, city, other):
    elsewhere = city.member("hua.yu", "health", Role.CLERK)
    given = {"since": TODAY, "until": TODAY, "reason": "leave", "at": NOW}
    with pytest.raises(GongbaoError, match="is in no unit of yours"):
        actions.name_substitute(other, elsewhere, **given, actor=actor_of(other))
    with pytest.raises(GongbaoError, match="holds no post on these days"):
        actions.name_substitute(other, open_account("wu.shi"), **given, actor=actor_of(other))
    colleague = city.member("qiu.yue", "finance", Role.HEAD)
    actions.name_substitute(other, colleague, **given, actor=actor_of(other))


# --- the log


def test_what_was_done_stands_in_the_log_without_a_name(away, clerk, other):
    actions.end_substitute(away.uuid, at=NOW)
    actions.keep_account("yan.shu", called="严舒", password="seven quiet otters", at=NOW)
    told = " ".join(f"{one.action} {one.subject} {one.content}" for one in Entry.objects.all())
    for piece in ("yan.shu", "bai.lu", "严舒", "leave", "otters"):
        assert piece not in told
    found = Entry.objects.filter(action="people.give_post").last()
    assert found.subject == f"post:{queries.posts_of(other, TODAY)[0].uuid}"
    assert str(other.public_id) in found.content and '"role":"clerk"' in found.content
    assert {one.action for one in Entry.objects.all()} == {
        "people.keep_unit",
        "people.keep_account",
        "people.give_post",
        "people.name_substitute",
        "people.end_substitute",
    }
    assert verify().holds
