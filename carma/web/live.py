from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse

from carma.events import position
from carma.web.request import Request

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponse]


def live_page(view: View[P]) -> View[P]:
    """Make a page live: the stream starts at the position read before the view looks at anything.

    Read after the view's queries, the position would skip what was committed in between. A part of a
    page asked for with others stands where they stand.
    """

    @wraps(view)
    def answer(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.__dict__.get("live_pos") is None:
            request.live_pos = position.latest()
        return view(request, *args, **kwargs)

    return answer
