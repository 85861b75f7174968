from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "gongbao.office.exports"
    label = "exports"

    def ready(self) -> None:
        from gongbao.office import worker
        from gongbao.office.exports import actions

        worker.register(worker.Job("exports.make", actions.make, aside=True))
        worker.register(worker.Job("exports.sweep", actions.sweep))
