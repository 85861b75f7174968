"""The addresses of contracts, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.contracts import views

urlpatterns = [
    path("contracts/", views.published, name="contracts"),
    path("contracts.xlsx", views.published_workbook, name="contracts_workbook"),
    path("contracts/mine/", views.own, name="own_contracts"),
    path("contracts/mine.xlsx", views.own_workbook, name="own_contracts_workbook"),
    path("contracts/desk/", views.at_desk, name="contracts_at_desk"),
    path("contracts/desk.xlsx", views.desk_workbook, name="contracts_at_desk_workbook"),
    path("contracts/<uuid:uuid>/", views.contract, name="contract"),
    path("contracts/<uuid:uuid>/step/<slug:key>/", views.step, name="contract_step"),
    path("contracts/<uuid:uuid>/file/<uuid:attachment>/", views.file, name="contract_file"),
    path("contracts/<uuid:uuid>/copy/<uuid:attachment>/", views.copy, name="contract_copy"),
    path("contracts/<uuid:uuid>/overdue-payment/", views.overdue_payment, name="complain_of_payment"),
]
