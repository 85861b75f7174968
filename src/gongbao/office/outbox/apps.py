from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "gongbao.office.outbox"
    label = "outbox"

    def ready(self) -> None:
        from gongbao.office import worker
        from gongbao.office.outbox import delivery

        worker.register(worker.Job("outbox.deliver", delivery.deliver))
        worker.register(worker.Job("outbox.erase", delivery.erase))
