from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from carma import registry
from carma.web.request import Request


@require_GET
def home(request: Request) -> HttpResponse:
    """Go where this user's work is: the first thing in the menu of their roles."""
    for item in registry.menu_items():
        if request.user.has_perm(item.permission):
            return redirect(reverse(item.url_name))
    return render(request, "desk/no_role.html")
