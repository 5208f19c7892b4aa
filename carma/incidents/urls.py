from __future__ import annotations

from django.urls import path

from carma.incidents.views import intake, pages, presence, verbs, warnings

app_name = "incidents"
urlpatterns = [
    path("", pages.recent, name="recent"),
    path("list/", pages.listed, name="list"),
    path("new/", intake.new, name="new"),
    path("new/types/", intake.types, name="types"),
    path("new/duplicates/", intake.duplicates, name="duplicates"),
    path("new/questions/", intake.questions, name="questions"),
    path("new/place/", intake.place, name="place"),
    path("warnings/", warnings.warnings, name="warnings"),
    path("warnings/<uuid:pk>/review/", warnings.review, name="review_warning"),
    path("warnings/<uuid:pk>/withdraw/", warnings.withdraw, name="withdraw_warning"),
    path("<uuid:pk>/", pages.incident, name="incident"),
    path("<uuid:pk>/head/", pages.head, name="head"),
    path("<uuid:pk>/place/", pages.around, name="around"),
    path("<uuid:pk>/timeline/", pages.moments, name="timeline"),
    path("<uuid:pk>/presence/", presence.presence, name="presence"),
    path("<uuid:pk>/attach/", intake.attach, name="attach"),
    path("<uuid:pk>/qualify/", verbs.qualify, name="qualify"),
    path("<uuid:pk>/appear/", verbs.appear, name="appear"),
    path("<uuid:pk>/replan/", verbs.replan, name="replan"),
    path("<uuid:pk>/priority/", verbs.priority, name="priority"),
    path("<uuid:pk>/type/", verbs.retype, name="type"),
    path("<uuid:pk>/queue/", verbs.queue, name="queue"),
    path("<uuid:pk>/cancel/", verbs.cancel, name="cancel"),
    path("<uuid:pk>/finish/", verbs.finish, name="finish"),
    path("<uuid:pk>/merge/", verbs.merge, name="merge"),
    path("<uuid:pk>/unmerge/", verbs.unmerge, name="unmerge"),
    path("<uuid:pk>/link/", verbs.link, name="link"),
    path("<uuid:pk>/links/<uuid:link>/end/", verbs.unlink, name="unlink"),
    path("<uuid:pk>/reopen/", verbs.reopen, name="reopen"),
    path("<uuid:pk>/notes/", verbs.note, name="note"),
]
