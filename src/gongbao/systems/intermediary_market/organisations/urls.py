"""The addresses of those who take part, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.organisations.views import desk, enter, mine, public

urlpatterns = [
    path("agencies/", public.agencies, name="agencies"),
    path("agencies/<uuid:uuid>/", public.agency, name="agency"),
    path("enter/", enter.enter, name="enter"),
    path("enter/<str:kind>/", enter.enter_as, name="enter_as"),
    path("mine/", mine.mine, name="mine"),
    path("invitations/<uuid:uuid>/", mine.invitation, name="invitation"),
    path("invitations/<uuid:uuid>/decline/", mine.decline, name="decline_invitation"),
    path("mine/<uuid:uuid>/", mine.one, name="mine_one"),
    path("mine/<uuid:uuid>/particulars/", mine.change, name="change_particulars"),
    path("mine/<uuid:uuid>/of-one-person/", mine.affiliate, name="say_affiliated"),
    path("mine/<uuid:uuid>/of-one-person/<uuid:other>/end/", mine.end_affiliation, name="end_affiliation"),
    path("mine/<uuid:uuid>/members/", mine.invite, name="invite"),
    path("mine/<uuid:uuid>/invitations/<uuid:invitation>/withdraw/", mine.withdraw, name="withdraw_invitation"),
    path("mine/<uuid:uuid>/members/<uuid:account>/end/", mine.end_member, name="end_member"),
    path("mine/<uuid:uuid>/qualifications/", mine.qualification, name="add_qualification"),
    path("mine/<uuid:uuid>/qualifications/<uuid:held>/", mine.qualification, name="change_qualification"),
    path("mine/<uuid:uuid>/qualifications/<uuid:held>/end/", mine.end_qualification, name="end_qualification"),
    path("mine/<uuid:uuid>/practitioners/", mine.practitioner, name="add_practitioner"),
    path("mine/<uuid:uuid>/practitioners/<uuid:person>/", mine.practitioner, name="change_practitioner"),
    path("mine/<uuid:uuid>/practitioners/<uuid:person>/end/", mine.end_practitioner, name="end_practitioner"),
    path("mine/<uuid:uuid>/services/", mine.choose_service, name="choose_service"),
    path("mine/<uuid:uuid>/services/<uuid:item>/enter/", mine.enter_service, name="enter_service"),
    path("mine/<uuid:uuid>/services/<uuid:listing>/change/", mine.change_service, name="change_service"),
    path("mine/<uuid:uuid>/services/<uuid:listing>/leave/", mine.leave_service, name="leave_service"),
    path("mine/<uuid:uuid>/papers/", mine.add_paper, name="add_paper"),
    path("papers/<uuid:uuid>/<uuid:paper>/", mine.paper, name="paper"),
    path("desk/", desk.desk, name="desk"),
    path("desk/review/<uuid:uuid>/", desk.review, name="review"),
    path("desk/owners/<uuid:uuid>/", desk.owner, name="waiting_owner"),
    path("desk/owners/<uuid:uuid>/admit/", desk.admit_owner, name="admit_owner"),
    path("desk/owners/<uuid:uuid>/level/", desk.place_owner, name="place_owner"),
    path("desk/signatures/<uuid:uuid>/", desk.mending, name="mending"),
    path("desk/signatures/<uuid:uuid>/take-back/", desk.take_mending_back, name="take_mending_back"),
    path("desk/organisations/", desk.find, name="find_organisation"),
    path("desk/organisations/<uuid:uuid>/remove/", desk.remove, name="remove_organisation"),
    path("desk/organisations/<uuid:uuid>/hand-over/", desk.hand_over, name="hand_over_organisation"),
]
