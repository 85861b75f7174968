"""What the library keeps can be changed in an action only, by whatever way Django has of writing."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.core import serializers
from django.db import connection, transaction

from gongbao.office import kept
from gongbao.office.kept import KeptModel, KeptQuerySet, WriteOutsideAction, action
from gongbao.office.library.models import Clause, Document, Revision, Source
from tests.library.made import document, gazette, put

pytestmark = pytest.mark.django_db

MODELS = list(apps.get_app_config("library").get_models())


@pytest.fixture
def held() -> Document:
    put(gazette(document()))
    return Document.objects.get()


def _from_fixture(held: Document) -> None:
    for loaded in serializers.deserialize("json", serializers.serialize("json", [held])):
        loaded.save()


WAYS: dict[str, Callable[[Document], object]] = {
    "save": lambda held: held.save(),
    "save of a new one": lambda held: Document(key="x").save(),
    "save as a fixture does": _from_fixture,
    "delete": lambda held: held.delete(),
    "create": lambda held: Document.objects.create(key="x"),
    "get_or_create": lambda held: Document.objects.get_or_create(key="x"),
    "update_or_create": lambda held: Document.objects.update_or_create(key=held.key, defaults={"year": 1}),
    "bulk_create": lambda held: Document.objects.bulk_create([Document(key="x")]),
    "bulk_update": lambda held: Document.objects.bulk_update([held], ["year"]),
    "update": lambda held: Document.objects.update(year=1),
    "update of a filtered set": lambda held: Document.objects.filter(pk=held.pk).update(year=1),
    "update through the base manager": lambda held: Document._base_manager.update(year=1),
    "update through the default manager": lambda held: Document._default_manager.all().update(year=1),
    "update through a relation": lambda held: held.revisions.update(articles=7),
    "create through a relation": lambda held: held.revisions.create(sequence=2),
    "delete of a set": lambda held: Clause.objects.all().delete(),
    "delete of a set, raw": lambda held: Clause.objects.all()._raw_delete(connection.alias),
    "delete through a relation": lambda held: held.shown.clauses.all().delete(),
    "asynchronous save": lambda held: async_to_sync(held.asave)(),
    "asynchronous update": lambda held: async_to_sync(Document.objects.all().aupdate)(year=1),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_writing_is_refused_outside_an_action(held: Document, way: str) -> None:
    def state() -> list[object]:
        return [list(Document.objects.values_list()), list(Revision.objects.values_list()), Clause.objects.count()]

    before = state()
    with pytest.raises(WriteOutsideAction), transaction.atomic():
        WAYS[way](held)
    assert state() == before


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_of_the_library_is_kept(model: type[KeptModel]) -> None:
    assert issubclass(model, KeptModel)
    assert isinstance(model._base_manager.all(), KeptQuerySet)
    assert isinstance(model._default_manager.all(), KeptQuerySet)
    with pytest.raises(WriteOutsideAction):
        model._base_manager.filter(pk=0).delete()


def test_an_action_may_write_and_only_while_it_lasts(held: Document) -> None:
    with action("test"):
        Document.objects.update(year=1999)
        held.serial = 5
        held.save(update_fields=["serial"])
    assert Document.objects.values_list("year", "serial").get() == (1999, 5)
    with pytest.raises(WriteOutsideAction):
        held.save()


def test_an_action_that_fails_leaves_nothing_and_is_over(held: Document) -> None:
    with pytest.raises(RuntimeError), action("test"):
        Document.objects.update(year=1999)
        raise RuntimeError
    assert Document.objects.get().year == 2021
    with pytest.raises(WriteOutsideAction):
        Document.objects.update(year=1999)


def test_an_action_within_an_action_does_not_end_the_outer_one(held: Document) -> None:
    with action("outer"):
        with action("inner"):
            Document.objects.update(year=1)
        Document.objects.update(year=2)
    assert Document.objects.get().year == 2


def test_an_action_gives_no_other_thread_the_right_to_write() -> None:
    refused: list[bool] = []

    def other() -> None:
        try:
            kept._check("Document")
            refused.append(False)
        except WriteOutsideAction:
            refused.append(True)

    with action("test"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert refused == [True]


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_taken_in_a_transaction_only() -> None:
    with pytest.raises(WriteOutsideAction):
        kept.one_at_a_time("test")


def test_what_is_kept_of_a_document(held: Document) -> None:
    revision = held.shown
    assert (held.key, held.number, held.series, held.year, held.serial) == (
        "云岭政办〔2021〕1号",
        "云岭政办〔2021〕1号",
        "云岭政办",
        2021,
        1,
    )
    assert (revision.sequence, revision.date, revision.kind, revision.articles) == (1, date(2021, 3, 1), "notice", 1)
    assert Source.objects.get().printings.get().revision == revision
    found = revision.clauses.get()
    assert (found.locator, found.eid, found.order, found.last, found.depth, found.parent) == (
        "第一条",
        "art_1",
        0,
        0,
        0,
        None,
    )
    assert found.own_words() == "第一条 第一条 停车。"
    assert found.citation(held) == "云岭政办〔2021〕1号 第一条"
