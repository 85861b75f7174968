"""The addresses of purchases, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.purchases.views import agency, desk, finance, owner, public, supervising

_ONE = "buying/purchases/<uuid:uuid>/"
urlpatterns = [
    path("notices/", public.notices, name="notices"),
    path("notices/<uuid:uuid>/", public.notice, name="notice"),
    path("notices/<uuid:uuid>/files/<uuid:attachment>/", public.notice_file, name="notice_file"),
    path("notices/<uuid:uuid>/letters/<uuid:letter>.<str:form>", public.letter, name="purchase_letter"),
    path("awards/", public.awards, name="awards"),
    path("awards/<uuid:uuid>/give-back/", agency.give_back, name="give_back"),
    path("registrations/", agency.registrations, name="own_registrations"),
    path("limits/", desk.limits, name="limits"),
    path("spending/", finance.spending, name="spending"),
    path("spending.xlsx", finance.spending_workbook, name="spending_workbook"),
    path("buying/", owner.purchases, name="owner_purchases"),
    path("buying/<uuid:owner>/new/", owner.new, name="owner_new"),
    path("buying/<uuid:owner>/direct/", owner.direct, name="choose_directly"),
    path("buying/<uuid:owner>/drafts/<uuid:draft>/drop/", owner.drop_draft, name="drop_draft"),
    path(_ONE, owner.purchase, name="owner_purchase"),
    path(f"{_ONE}terms/", owner.new_terms, name="owner_terms"),
    path(f"{_ONE}step/<slug:key>/", owner.step, name="owner_step"),
    path(f"{_ONE}registrations/<uuid:registration>/judge/", owner.judge, name="judge"),
    path(f"{_ONE}registrations/<uuid:registration>/marks/", owner.mark, name="give_marks"),
    path(f"{_ONE}check/", owner.finish_check, name="finish_check"),
    path(f"{_ONE}select/", owner.select, name="select_agency"),
    path(f"{_ONE}negotiate/", owner.negotiate, name="negotiate"),
    path("purchases/", desk.purchases, name="purchases_at_desk"),
    path("purchases/<uuid:uuid>/", desk.purchase, name="purchase_at_desk"),
    path("purchases/<uuid:uuid>/publish/", desk.publish, name="publish_notice"),
    path("purchases/<uuid:uuid>/flags/", desk.decide_flag, name="decide_flag"),
    path("purchases/<uuid:uuid>/reopen/", desk.reopen, name="reopen_purchase"),
    path("purchases/<uuid:uuid>/unconfirmed/", supervising.unconfirmed, name="unconfirmed"),
]
