"""The only code that reads uploads for a page."""

from uuid import UUID

from django.db.models import Count, QuerySet

from gongbao.office.intake.models import Upload
from gongbao.office.library.models import Finding
from gongbao.office.library.queries import seen_findings
from gongbao.office.people.models import Account
from gongbao.office.people.readers import Reader


def may_see(account: Account, upload: Upload) -> bool:
    """Whoever gave it over sees what became of it, and so does whoever may give gazettes over."""
    return upload.account_id == account.pk or account.has_perm("library.add_gazette")


def upload(uuid: UUID) -> Upload | None:
    return (
        Upload.objects.select_related("account", "source")
        .defer("source__raw_text", "source__text")
        .filter(uuid=uuid)
        .first()
    )


def uploads() -> QuerySet[Upload]:
    """All uploads, the latest first."""
    return Upload.objects.select_related("account").defer("result").order_by("-pk")


def findings(upload: Upload, reader: Reader, most: int) -> tuple[list[tuple[str, int]], list[Finding]]:
    """What a check told of the file: how often each kind, the most frequent first, and the first few."""
    found = Finding.objects.filter(source=upload.source_id)
    kinds = found.order_by().values_list("kind").annotate(number=Count("pk")).order_by("-number", "kind")
    first = found.select_related("revision__document", "clause").defer(
        "revision__text", "revision__masked_text", "clause__text"
    )
    return list(kinds), seen_findings(first.order_by("order")[:most], reader)


def findings_by_document(upload: Upload) -> dict[str, int]:
    """How many findings of the file stand in each document, by its key."""
    found = Finding.objects.filter(source=upload.source_id, revision__isnull=False).order_by()
    return dict(found.values_list("revision__document__key").annotate(number=Count("pk")))
