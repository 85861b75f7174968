"""The addresses of the policies. None of them has a fact in it."""

from django.urls import path

from gongbao.site.policies import views

app_name = "policies"
urlpatterns = [
    path("", views.policies, name="policies"),
    path("<str:name>/", views.policy, name="policy"),
    path("<str:name>/compute/", views.compute_case, name="compute"),
    path("<str:name>/many.xlsx", views.empty_workbook, name="empty_workbook"),
    path("<str:name>/many/", views.many, name="many"),
    path("<str:name>/sheet.<str:form>", views.sheet, name="sheet"),
]
