"""The addresses of draws, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.draw import views

urlpatterns = [
    path("purchases/<uuid:purchase>/draw/", views.draw, name="draw"),
    path("purchases/<uuid:purchase>/draw/commit/", views.commit, name="draw_commit"),
    path("purchases/<uuid:purchase>/draw/share/", views.reveal, name="draw_reveal"),
    path("purchases/<uuid:purchase>/draw/layer/", views.open_layer, name="draw_open_layer"),
    path("purchases/<uuid:purchase>/draw/value/", views.set_value, name="draw_value"),
    path("purchases/<uuid:purchase>/draw/run/", views.run, name="draw_run"),
    path("draws/<uuid:draw>/draw.json", views.file, name="draw_file"),
    path("draws/<uuid:draw>/<uuid:organisation>/proof.json", views.own_proof, name="draw_proof"),
]
