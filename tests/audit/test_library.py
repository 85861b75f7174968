"""What the library does that people rely on stands in the log, without the words of a file."""

import json

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.audit.models import Entry
from gongbao.office.intake import actions as intake
from gongbao.office.library import actions
from gongbao.office.people.models import Account
from tests.library.made import source

pytestmark = pytest.mark.django_db

NOTICE = (
    "云岭市人民政府关于王小明住房的通知\n云岭政〔2022〕7号\n各县人民政府：\n请办理。\n云岭市人民政府\n2022年5月1日\n"
)


def test_a_file_is_one_entry_and_names_nobody() -> None:
    actor = Actor(ActorKind.ACCOUNT, id="0000")
    actions.ingest_source(source(NOTICE), "王小明.txt", actor=actor)
    entry = Entry.objects.get()
    assert (entry.action, entry.actor_kind, entry.actor_id) == ("library.ingest", "account", "0000")
    assert json.loads(entry.content) == {"sha256": source(NOTICE).sha256, "documents": {"new": 1}}
    assert "王小明" not in str(Entry.objects.values().get())


def test_a_file_that_is_known_or_refused_leaves_no_entry() -> None:
    actions.ingest_source(source(NOTICE), "a.txt")
    actions.ingest_source(source(NOTICE), "b.txt")
    with pytest.raises(GongbaoError):
        actions.ingest_source(source(""), "c.txt")
    assert Entry.objects.count() == 1
    actions.ingest_source(source(NOTICE.replace("请办理", "请速办")), "a.txt")
    assert json.loads(Entry.objects.get(number=2).content)["documents"] == {"revised": 1}


def test_what_an_account_gave_over_is_its_own(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    account = Account.objects.create(username="clerk")
    intake.receive(account, "a.txt", [NOTICE.encode()])
    taken = intake.take()
    assert taken is not None
    intake.read(taken)
    entry = Entry.objects.get()
    assert (entry.actor_kind, entry.actor_id) == ("account", str(account.public_id))


def test_a_feed_is_opened_and_revoked_in_the_log() -> None:
    feed, token = actions.open_feed("值班室")
    actions.revoke_feed(feed.pk)
    with pytest.raises(GongbaoError):
        actions.revoke_feed(feed.pk)
    assert list(Entry.objects.values_list("action", "subject")) == [
        ("library.open_feed", f"feed:{feed.pk}"),
        ("library.revoke_feed", f"feed:{feed.pk}"),
    ]
    told = str(list(Entry.objects.values()))
    assert "值班室" not in told
    assert token not in told
