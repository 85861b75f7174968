from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "gongbao.office.audit"
    label = "audit"

    def ready(self) -> None:
        from gongbao.office import worker
        from gongbao.office.audit import checkpoints, triggers

        connection_created.connect(triggers.teach, dispatch_uid="gongbao.audit.teach")
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="gongbao.audit.triggers")
        worker.register(worker.Job("audit.checkpoint", checkpoints.export_daily))
