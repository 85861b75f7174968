"""The addresses of the desk, the counter, and the page on which whoever brought a case follows it.

The secret of a case stands in none of them, nor a receipt number but where the desk looks for one (?receipt=): alone it
opens nothing, and the log tells no query. The address of a desk's calendar is a secret itself.
"""

from django.urls import path

from gongbao.office.cases.views import case, counter, desk, follow, working_days

app_name = "cases"
urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/opinions/", desk.opinions, name="opinions"),
    path("desk/due.ics", desk.due_ics, name="due_ics"),
    path("desk/feed/", desk.open_feed, name="open_feed"),
    path("desk/feed/end/", desk.end_feed, name="end_feed"),
    path("desk/feeds/<str:token>.ics", desk.feed, name="feed"),
    path("desk/new/<str:procedure>/<str:key>/", counter.begin_at_desk, name="begin_at_desk"),
    path("desk/working-days/", working_days.working_days, name="working_days"),
    path("cases/<uuid:uuid>/", case.case, name="case"),
    path("cases/<uuid:uuid>/steps/<str:key>/", case.step, name="step"),
    path("cases/<uuid:uuid>/take/", case.take, name="take"),
    path("cases/<uuid:uuid>/hand-over/", case.hand_over, name="hand_over"),
    path("cases/<uuid:uuid>/proposals/<uuid:proposal>/opinion/", case.opinion, name="opinion"),
    path("cases/<uuid:uuid>/proposals/<uuid:proposal>/take-back/", case.take_back, name="take_back"),
    path("cases/<uuid:uuid>/proposals/<uuid:proposal>.<str:form>", case.approval, name="approval"),
    path("cases/<uuid:uuid>/files/<uuid:attachment>/", case.file, name="file"),
    path("cases/<uuid:uuid>/letters/<uuid:letter>.<str:form>", case.letter, name="letter"),
    path("cases/<uuid:uuid>/<str:paper>.<str:form>", case.case_file, name="case_file"),
    path("begin/<str:procedure>/<str:key>/", counter.begin, name="begin"),
    path("counter/", counter.counter, name="counter"),
    path("counter/new/<str:procedure>/<str:key>/", counter.begin_at_counter, name="begin_at_counter"),
    path("counter/cases/<uuid:uuid>/", counter.counter_case, name="counter_case"),
    path("counter/cases/<uuid:uuid>/steps/<str:key>/", counter.counter_step, name="counter_step"),
    path("follow/", follow.follow, name="follow"),
    path("follow/end/", follow.end, name="end_following"),
    path("follow/receipt.pdf", follow.receipt, name="receipt"),
    path("follow/steps/<str:key>/", follow.follow_step, name="follow_step"),
    path("follow/files/<uuid:attachment>/", follow.follow_file, name="follow_file"),
    path("follow/letters/<uuid:letter>.<str:form>", follow.follow_letter, name="follow_letter"),
]
