"""The addresses of the desk, and of the page on which whoever brought a case follows it."""

from django.urls import path

from gongbao.office.cases import views

app_name = "cases"
urlpatterns = [
    path("cases/<uuid:uuid>/", views.case, name="case"),
]
