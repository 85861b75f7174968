"""The addresses of signing in and out, of one's own page, and of the people of the office."""

from django.urls import path

from gongbao.office.people.views import me, office, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-in/provider/", sign_in.to_provider, name="oidc"),
    path("sign-in/provider/back/", sign_in.from_provider, name="oidc_back"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("me/", me.me, name="me"),
    path("me/password/", me.password, name="own_password"),
    path("me/second-factor/", me.second_factor, name="second_factor"),
    path("me/sessions/end/", me.end_sessions, name="end_own_sessions"),
    path("me/substitutes/", me.name_substitute, name="name_own_substitute"),
    path("me/substitutes/<uuid:uuid>/end/", me.end_substitute, name="end_own_substitute"),
    path("people/", office.people, name="people"),
    path("people/units/<str:key>/", office.unit, name="unit"),
    path("people/units/<str:key>/change/", office.change_unit, name="change_unit"),
    path("people/units/<str:key>/below/", office.new_unit, name="new_unit"),
    path("people/units/<str:key>/posts/", office.give_post, name="give_post"),
    path("people/units/<str:key>/substitutes/", office.name_substitute, name="name_substitute"),
    path("people/units/<str:key>/substitutes/<uuid:uuid>/end/", office.end_substitute, name="end_substitute"),
    path("people/posts/<uuid:uuid>/end/", office.end_post, name="end_post"),
    path("people/accounts/", office.accounts, name="accounts"),
    path("people/accounts/<uuid:uuid>/", office.account, name="account"),
    path("people/accounts/<uuid:uuid>/change/", office.change_account, name="change_account"),
]
