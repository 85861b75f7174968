"""The addresses of sealed envelopes, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.sealing import views

urlpatterns = [
    path("purchases/<uuid:purchase>/seal/", views.seal, name="seal"),
    path("purchases/<uuid:purchase>/envelopes/", views.hand_in, name="hand_in"),
    path("purchases/<uuid:purchase>/envelopes/back/", views.take_back, name="take_back"),
    path("purchases/<uuid:purchase>/envelopes/look/", views.look, name="look_for_envelope"),
    path("signing-keys/", views.signing_keys, name="signing_keys"),
    path("signing-keys/<uuid:organisation>/", views.add_signing_key, name="add_signing_key"),
    path("custody/", views.custody, name="custody"),
    path("custody/keys/", views.add_custodian_key, name="add_custodian_key"),
    path("custody/keys/<uuid:uuid>/appoint/", views.appoint, name="appoint_custodian"),
    path("custody/keys/<uuid:uuid>/end/", views.end_key, name="end_custodian_key"),
    path("custody/<uuid:purchase>/<str:part>/", views.open_page, name="open_envelopes"),
    path("custody/<uuid:purchase>/<str:part>/work/", views.work, name="envelopes_to_open"),
]
