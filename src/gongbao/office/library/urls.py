"""The addresses of the library. That of a clause is permanent: people cite it."""

from django.urls import path

from gongbao.office.library import views

app_name = "library"
urlpatterns = [
    path("", views.front, name="front"),
    path("documents/", views.documents, name="documents"),
    path("documents/<str:key>/", views.document, name="document"),
    path("documents/<str:key>/print.css", views.print_sheet, name="print"),
    path("documents/<str:key>/<str:eid>/print.css", views.print_sheet, name="clause_print"),
    path("documents/<str:key>/raw/", views.raw, name="raw"),
    path("documents/<str:key>/revisions/<int:sequence>/", views.revision, name="revision"),
    # Behind the two words above, which are no eIds.
    path("documents/<str:key>/<str:eid>/", views.clause, name="clause"),
]
