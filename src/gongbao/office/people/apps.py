from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "gongbao.office.people"
    label = "people"
