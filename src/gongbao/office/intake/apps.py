from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "gongbao.office.intake"
    label = "intake"
