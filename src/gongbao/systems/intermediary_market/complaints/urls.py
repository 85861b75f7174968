"""The addresses of complaints that are begun from a purchase or contract, and of their evidence, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.complaints import about

urlpatterns = [
    path("complaints/about/<slug:kind>/<uuid:uuid>/", about.complain, name="complain_about"),
    path("complaints/<uuid:uuid>/evidence/", about.evidence, name="evidence"),
    path("complaints/<uuid:uuid>/evidence.json", about.evidence_file, name="evidence_file"),
    path("complaints/<uuid:uuid>/evidence/<uuid:attachment>/", about.attached, name="evidence_attached"),
]
