"""The addresses of prices, their supervision, and credit, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.supervision.views import credit, fees, prices

urlpatterns = [
    path("prices/", prices.prices, name="prices"),
    path("prices/<uuid:uuid>/enter/", prices.enter, name="enter_price"),
    path("fees/", fees.overview, name="fees"),
    path("fees.xlsx", fees.fees_workbook, name="fees_workbook"),
    path("inspections/", fees.inspections, name="inspections"),
    path("inspections/new/", fees.inspect, name="new_inspection"),
    path("inspections/<uuid:uuid>/", fees.inspection, name="inspection"),
    path("inspections/<uuid:uuid>/replace/", fees.inspect_again, name="replace_inspection"),
    path("credit/", credit.overview, name="credit"),
    path("credit/hand-over/", credit.hand_over, name="hand_over_credit"),
    path("credit/hand-over/<uuid:uuid>/", credit.one, name="credit_hand_over"),
    path("credit/hand-over/<uuid:uuid>.json", credit.as_json, name="credit_json"),
    path("credit/hand-over/<uuid:uuid>.xlsx", credit.as_workbook, name="credit_workbook"),
    path("credit/punishments/new/", credit.punish, name="new_punishment"),
    path("credit/punishments/<uuid:uuid>/", credit.punish_again, name="change_punishment"),
]
