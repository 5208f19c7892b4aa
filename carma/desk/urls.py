from __future__ import annotations

from django.urls import path

from carma.desk.views import audit, health, home, operations, profile, search, sign_in

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("logout/", sign_in.sign_out, name="logout"),
    path("profile/", profile.profile, name="profile"),
    path("profile/theme/", profile.theme, name="theme"),
    path("profile/language/", profile.language, name="language"),
    path("profile/password/", profile.password, name="password"),
    path("search/", search.search, name="search"),
    path("audit/", audit.entries, name="audit"),
    path("operations/", operations.page, name="operations"),
    path("operations/state/", operations.state, name="operations_state"),
    path("operations/deliveries/<int:pk>/retry/", operations.retry, name="retry"),
    path("operations/timers/<int:pk>/set/", operations.set_again, name="set_again"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("health/deep", health.deep, name="deep"),
]
