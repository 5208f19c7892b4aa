from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from carma.desk.forms import SignInForm


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """One answer to a wrong name and to a wrong password; django-axes counts and locks out."""

    template_name = "desk/login.html"
    authentication_form = SignInForm
    extra_context = {"help_contact": settings.HELP_CONTACT}


@login_not_required
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and have the browser forget what it kept of it."""
    logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """Say how long signing in is refused and whom to call; the same whether the name exists or not."""
    wait = get_cool_off(request)
    minutes = math.ceil(wait.total_seconds() / 60)
    context = {"minutes": minutes, "help_contact": settings.HELP_CONTACT}
    response = render(request, "desk/locked_out.html", context, status=429)
    response["Retry-After"] = str(int(wait.total_seconds()))
    return response
