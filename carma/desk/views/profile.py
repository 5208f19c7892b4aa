from __future__ import annotations

from axes.models import AccessLog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from carma import clock
from carma.accounts.models import User
from carma.audit import trail
from carma.desk import actions
from carma.desk.forms import PasswordForm, ProfileForm
from carma.desk.roles import roles_of
from carma.web.request import Request

LATEST_SIGN_INS = 8


@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    """One's own language, theme and keys, and where one signed in lately."""
    held = {name: getattr(request.user, name) for name in ProfileForm.base_fields}
    form = ProfileForm(request.POST or None, initial=held)
    if request.method == "POST" and form.is_valid():
        user = actions.choose(request.user, **form.cleaned_data)
        with override(user.language):
            messages.success(request, _("Your profile is saved."))
        return _remember_language(redirect("desk:profile"), user.language)
    sign_ins = AccessLog.objects.filter(username=request.user.username).order_by("-attempt_time")
    context = {"form": form, "roles": roles_of(request.user), "sign_ins": sign_ins[:LATEST_SIGN_INS]}
    return render(request, "desk/profile.html", context, status=422 if form.errors else 200)


@require_POST
def theme(request: Request) -> HttpResponse:
    """Switch the theme; htmx repaints the page as it stands."""
    chosen = request.POST.get("theme", "")
    if chosen in User.Theme.values:
        actions.choose(request.user, theme=chosen)
    if not request.htmx:
        return redirect(_back(request))
    return trigger_client_event(HttpResponse(status=204), "carma:theme", {"theme": request.user.theme})


@require_POST
def language(request: Request) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen in User.Language.values:
        actions.choose(request.user, language=chosen)
    return _remember_language(redirect(_back(request)), request.user.language)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: Request) -> HttpResponse:
    """Change one's password; other sessions of the same person end with it."""
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            trail.record("user.password", request.user, by=request.user, at=clock.now(), changes={})
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password is changed. Other devices are signed out."))
        return redirect("desk:profile")
    return render(request, "desk/password.html", {"form": form}, status=422 if form.errors else 200)


def _remember_language(response: HttpResponse, chosen: str) -> HttpResponse:
    """Have the sign-in page and failures of this workstation speak the same language."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _back(request: Request) -> str:
    """The page the user came from, when it is one of ours."""
    told = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        told, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return told if ours else "desk:home"
