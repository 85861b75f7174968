"""The commands for people, as a person types them. City and people are invented."""

import io

import pytest
from django.utils import timezone

from gongbao import cli
from gongbao.office.audit.models import Entry
from gongbao.office.people import actions, queries
from gongbao.office.people.models import SecondFactor
from tests.people.made import keep_city, open_account


@pytest.fixture
def run(db, monkeypatch, capsys):
    def runs(line, stdin=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            cli.run(line.split())
        return (ended.value.code or 0, *capsys.readouterr())

    return runs


@pytest.fixture
def city(db):
    keep_city()
    for name in ("yan.shu", "bai.lu"):
        open_account(name)


def test_units_are_made_listed_and_closed(run):
    assert run("unit yunling --zh 云岭市 --en Yunling --kind city")[1] == "unit yunling created: 云岭市, Yunling\n"
    assert run("unit finance --zh 财政局 --en Finance --kind department --parent yunling")[0] == 0
    assert run("unit finance --en Treasury")[1] == "unit finance kept: 财政局, Treasury\n"
    code, out, err = run("units")
    assert out == "yunling  云岭市  Yunling\n  finance  财政局  Treasury\n" and err == "2 units\n"
    assert run("unit finance --closed")[1] == "unit finance kept: 财政局, Treasury, closed\n"
    assert "(closed)" in run("units")[1]
    code, out, err = run("unit nowhere")
    assert (code, out) == (1, "") and err.startswith("gongbao: nowhere: a new unit needs a Chinese")


def test_units_come_out_of_a_file(run, tmp_path):
    path = tmp_path / "units.yaml"
    path.write_text("units: [{key: yunling, zh: 云岭市, en: Yunling, kind: city}]")
    assert run(f"units --from {path}")[1:] == ("yunling  云岭市  Yunling\n", "1 created, 0 there already\n1 unit\n")
    path.write_text("units: [{key: yunling}]")
    code, out, err = run(f"units --from {path}")
    assert (code, out, err) == (1, "", f"gongbao: {path} units[1]: zh is missing\n")


def test_posts_are_given_listed_and_ended(run, city):
    assert run("post yan.shu finance clerk --since 2020-01-01")[1] == "yan.shu: clerk of finance from 2020-01-01\n"
    code, out, err = run("posts")
    assert out.splitlines()[1].split() == ["finance", "clerk", "yan.shu", "2020-01-01"] and err == "1 post\n"
    assert run("post yan.shu finance clerk --end")[0] == 0
    assert run("posts")[1:] == ("", "0 posts\n")
    for line, told in (
        ("post nobody finance clerk", "there is no account nobody"),
        ("post yan.shu finance king", "there is no role king"),
        ("post yan.shu finance clerk --end", "yan.shu is not clerk of finance"),
        ("post yan.shu finance clerk --end --since 2020-01-01", "exclude each other"),
    ):
        code, out, err = run(line)
        assert (code, out) == (1, "") and told in err
    assert run("post yan.shu finance clerk --since soon")[0] == 2


def test_substitutes_are_named_listed_and_ended(run, city):
    run("post bai.lu finance clerk")
    last = timezone.localdate()
    code, out, err = run(f"substitute yan.shu bai.lu --until {last} --reason leave")
    assert out == f"bai.lu stands in for yan.shu from {last} to {last}\n"
    assert run("substitutes")[1].splitlines()[1].split()[:2] == ["yan.shu", "bai.lu"]
    assert run("substitute yan.shu bai.lu --end")[0] == 0
    assert run("substitutes")[1:] == ("", "0 substitutes\n")
    for line, told in (
        ("substitute yan.shu bai.lu", "needs --until and --reason"),
        ("substitute yan.shu bai.lu --end", "does not stand in"),
        ("substitute yan.shu bai.lu --end --reason leave", "--end stands alone"),
    ):
        code, out, err = run(line)
        assert (code, out) == (1, "") and told in err


def test_a_second_factor_is_reset(run, city):
    assert run("account yan.shu --reset-second-factor")[0] == 1
    actions.begin_second_factor(queries.account_named("yan.shu"))
    code, out, _err = run("account yan.shu --reset-second-factor --end-sessions --called 严舒")
    assert (code, out) == (0, "account yan.shu kept: reads only\n")
    assert not SecondFactor.objects.exists()
    assert queries.account_named("yan.shu").name == "严舒"


def test_what_cannot_be_done_leaves_all_of_the_line_undone(run, city):
    before = Entry.objects.count()
    code, out, err = run("account yan.shu --called 严舒 --reset-second-factor")
    assert (code, out) == (1, "") and "has no second factor" in err
    assert queries.account_named("yan.shu").name == "" and Entry.objects.count() == before


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("account yan.shu --provider-name yan", "no OpenID Connect provider is set"),
        ("account yan.shu --provider-name yan --no-provider", "exclude each other"),
    ],
)
def test_a_link_needs_a_provider(run, city, line, told):
    code, out, err = run(line)
    assert (code, out) == (1, "") and told in err


def test_the_command_line_stands_in_the_log_as_the_keeper(run, city):
    run("account yan.shu --sees-personal-data")
    entry = Entry.objects.last()
    assert (entry.action, entry.actor_kind, entry.content) == (
        "people.keep_account",
        "keeper",
        '{"see_personal_data":true}',
    )
