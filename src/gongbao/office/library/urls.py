"""The addresses of the library. That of a clause is permanent: people cite it."""

from django.urls import path

from gongbao.office.library.views import content, documents

app_name = "library"
urlpatterns = [
    path("documents/", documents.documents, name="documents"),
    path("documents/<str:key>/", documents.document, name="document"),
    path("documents/<str:key>/print.css", documents.print_sheet, name="print"),
    path("documents/<str:key>/<str:eid>/print.css", documents.print_sheet, name="clause_print"),
    path("documents/<str:key>/export.<str:form>", content.export, name="export"),
    path("documents/<str:key>/raw/", documents.raw, name="raw"),
    path("documents/<str:key>/source/", content.source, name="source"),
    path("documents/<str:key>/tables/", content.tables, name="tables"),
    path("documents/<str:key>/compare/", documents.comparison, name="compare"),
    path("documents/<str:key>/revisions/<int:sequence>/", documents.revision, name="revision"),
    # Behind the words above, which are no eIds.
    path("documents/<str:key>/<str:eid>/", documents.clause, name="clause"),
    path("duties/", content.duties, name="duties"),
    path("duties.xlsx", content.duties_xlsx, name="duties_xlsx"),
    path("indicators/", content.indicators, name="indicators"),
    path("indicators.xlsx", content.indicators_xlsx, name="indicators_xlsx"),
    path("findings/", content.findings, name="findings"),
    # The log leaves the token out: see gongbao.site.middleware.
    path("feeds/<str:token>.ics", content.feed, name="feed"),
]
