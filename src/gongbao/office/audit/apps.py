from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "gongbao.office.audit"
    label = "audit"
