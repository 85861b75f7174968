"""The addresses of ratings, conduct and liabilities, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.ratings.views import auditor, conduct, desk, public, rate, weights

urlpatterns = [
    path("ratings/", public.ratings, name="ratings"),
    path("ratings.xlsx", public.workbook, name="ratings_workbook"),
    path("ratings/weights/", weights.weights, name="rating_weights"),
    path("ratings/give/", rate.to_rate, name="rate"),
    path("ratings/give/<uuid:uuid>/", rate.give, name="rate_contract"),
    path("ratings/<uuid:uuid>/", public.agency, name="agency_ratings"),
    path("conduct/", conduct.own, name="conduct"),
    path("conduct/desk/", desk.proposals, name="conduct_desk"),
    path("conduct/desk.xlsx", desk.workbook, name="conduct_workbook"),
    path("conduct/desk/propose/", desk.propose, name="propose_conduct"),
    path("conduct/desk/check/", desk.check, name="check_conduct"),
    path("conduct/<uuid:uuid>/", conduct.one, name="conduct_case"),
    path("conduct/<uuid:uuid>/step/<slug:key>/", conduct.step, name="conduct_step"),
    path("conduct/<uuid:uuid>/file/<uuid:attachment>/", conduct.file, name="conduct_file"),
    path("liabilities/", auditor.liabilities, name="liabilities"),
    path("liabilities.xlsx", auditor.workbook, name="liabilities_workbook"),
]
