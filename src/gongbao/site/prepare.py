"""What must be in order before the site, or a command, works on the database."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import django
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections

from gongbao.core.errors import GongbaoError
from gongbao.site import production


def set_up() -> None:
    """Load the settings and the apps. May be called again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongbao.site.settings")
    django.setup()


@contextmanager
def answering_database() -> Iterator[None]:
    """Turns a database that does not answer into one sentence. Neither its address nor its password is repeated."""
    try:
        yield
    except DatabaseError as error:
        # The kinds below these (a wrong query, a broken constraint) are faults of the program, and stay what they are.
        if type(error) not in (DatabaseError, InterfaceError, OperationalError):
            raise
        first = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        raise GongbaoError(f"the database cannot be used: {first}") from error


def pending_migrations() -> list[str]:
    """The changes of the database's form that this version of the program has and the database has not."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


@cache
def own_migrations() -> frozenset[tuple[str, str]]:
    """App and name of each change of the database's form that this version knows."""
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None).disk_migrations)


def lacks_migrations() -> bool:
    """Whether `pending_migrations` would name any, told quickly: a site is asked for its health every few seconds."""
    from django.db.migrations.recorder import MigrationRecorder

    return not own_migrations() <= MigrationRecorder(connection).applied_migrations().keys()


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: two that start together would both create the same tables."""
    from django.conf import settings

    with open(settings.GONGBAO_HOME / "migrate.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate() -> list[str]:
    """Bring the database to this version's form, creating it if need be; the changes that were made.

    What an older version derived from the documents is derived again. It may be interrupted and run again.
    """
    from django.core.management import call_command

    from gongbao.office.audit import triggers

    with answering_database(), _alone():
        made = pending_migrations()
        if made:
            call_command("migrate", verbosity=0, interactive=False)
        # Each migrate puts them in place; here they come back to a database that lost them otherwise.
        triggers.install(connection)
        if not _is_derived():
            from gongbao.office.library.actions import derive_outdated

            derive_outdated()
    return made


def _is_derived() -> bool:
    """Whether this version derived all that is derived. Until then personal data may be unmarked, and is not shown."""
    from gongbao.office.library import queries
    from gongbao.office.library.derivation import CHECKS, DERIVATION

    return not (queries.outdated(DERIVATION).exists() or queries.unchecked(CHECKS).exists())


def collect_static() -> None:
    """Put style sheets and scripts, under names that change with their content, where production serves them from."""
    from django.core.management import call_command

    with _alone():
        call_command("collectstatic", verbosity=0, interactive=False)


def ready_database() -> None:
    """The embedded database is created or brought up to date; an outside one is its keeper's to change."""
    from django.conf import settings

    with answering_database():
        if not pending_migrations() and _is_derived():
            return
        if not settings.EMBEDDED_DATABASE:
            raise GongbaoError("the database is not in the form this version needs; run: gongbao migrate")
    migrate()


def refuse_missing_style_sheets() -> None:
    """Raise GongbaoError where `gongbao migrate` has not laid out the files that production serves."""
    from django.contrib.staticfiles.storage import staticfiles_storage

    if not staticfiles_storage.exists("staticfiles.json"):
        raise GongbaoError("the style sheets of this version have not been laid out; run: gongbao migrate")


def ready_to_serve() -> None:
    """What must hold at the moment the site opens."""
    from django.conf import settings

    ready_database()
    if settings.PRODUCTION:
        with answering_database():
            production.refuse_demo_accounts()
        refuse_missing_style_sheets()
    # A server may fork after this: its children must not share one connection.
    connections.close_all()
