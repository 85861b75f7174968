"""The addresses of the site."""

from django.urls import include, path
from django.views.i18n import set_language

from gongbao.office.people.permissions import ANYONE, allows
from gongbao.site import look
from gongbao.site.front import front

urlpatterns = [
    path("", front, name="front"),
    path("large-print/", look.large_print, name="large_print"),
    path("i18n/setlang/", allows(ANYONE, while_enrolling=True)(set_language), name="set_language"),
    path("policies/<str:name>/what-if/", include("gongbao.site.what_if.urls")),
    path("policies/", include("gongbao.site.policies.urls")),
    path("market/", include("gongbao.systems.intermediary_market.urls")),
    path("api/", include("gongbao.site.api")),
    path("", include("gongbao.office.audit.urls")),
    path("", include("gongbao.office.people.urls")),
    path("", include("gongbao.office.exports.urls")),
    path("", include("gongbao.office.intake.urls")),
    path("", include("gongbao.office.outbox.urls")),
    path("", include("gongbao.office.cases.urls")),
    path("", include("gongbao.office.library.urls")),
]
