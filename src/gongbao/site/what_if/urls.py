"""The addresses of the page of a change, below that of its policy."""

from django.urls import path

from gongbao.site.what_if import views

app_name = "what_if"
urlpatterns = [
    path("", views.what_if, name="what_if"),
    path("answer/", views.answer, name="answer"),
    path("table.<str:form>", views.table, name="table"),
]
