from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "gongbao.office.cases"
    label = "cases"

    def ready(self) -> None:
        from gongbao.office.audit import rebuild as derived
        from gongbao.office.cases import actions, rebuild
        from gongbao.office.worker.jobs import Job, register

        register(Job("cases.tend", actions.tend_due))
        derived.register("cases.caches", rebuild.cache_differences, rebuild.rebuild_caches)
        derived.register("cases.events", rebuild.event_differences, rebuild.rebuild_events)
