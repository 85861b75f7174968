from django.apps import AppConfig


class WorkerConfig(AppConfig):
    name = "gongbao.office.worker"
    label = "worker"
