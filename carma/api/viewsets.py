"""What every API view of the zone shares: rows per person, verbs per role, deeds in one transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from functools import cache
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from carma import clock
from carma.accounts.models import User
from carma.api import wire
from carma.api.filters import refuse_unknown
from carma.api.idempotency import answer_once
from carma.api.paging import Keyset
from carma.api.permissions import SIGNED_IN
from carma.api.serializers import InputSerializer, MoveSerializer, RowSerializer, VersionedSerializer
from carma.audit import trail
from carma.errors import InvalidInput
from carma.visibility import VisibleQuerySet

R = TypeVar("R", bound=Model)

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


class VisibleViewSet(GenericViewSet[Any]):
    """Base of every viewset: rows are those `visible_to` the user, verbs those permitted.

    A subclass names a permission for each of its actions; an action without one is refused. Writes
    are verbs that go through `run_move`, `run_action` or `run_create`, never a method that saves.
    """

    action_permissions: ClassVar[dict[str, str]] = {}
    own_parameters: ClassVar[frozenset[str]] = frozenset()
    # Whether reading one record or searching is itself recorded (personal data), and reading any list.
    records_reading: ClassVar[bool] = False
    records_lists: ClassVar[bool] = False
    http_method_names = ["get", "head", "post"]
    lookup_value_converter = "uuid"

    queryset: QuerySet[Any]
    serializer_class: type[RowSerializer[Any]]

    @property
    def member(self) -> User:
        """The one who asks; ActionPermission saw to it that somebody does."""
        return cast(User, self.request.user)

    @property
    def rate(self) -> str:
        """Which entry of `API_RATES` counts: searching is how records are carried off, so it has its own."""
        return "search" if self.records_reading and "q" in self.request.query_params else "default"

    def perform_authentication(self, request: Request) -> None:
        if request.user.is_authenticated:
            translation.activate(request.user.language)

    def get_queryset(self) -> QuerySet[Any]:
        rows = self.columns_only() if self.action == "list" else self.queryset
        return cast(VisibleQuerySet[Any], rows).visible_to(self.member)

    @classmethod
    @cache
    def columns_only(cls) -> QuerySet[Any]:
        """The rows as bare columns where those are all a list shows: records cost as much again to make.

        Prepared once, since resolving thirty names is most of that statement's price.
        """
        columns = cls.serializer_class.columns()
        return cls.queryset.values_list(*columns, named=True) if columns else cls.queryset

    def row(self, record: Model) -> Any:
        return self.serializer_class.writer()(record)

    def answer(self, record: Model, *, status: int = 200, **headers: str) -> HttpResponse:
        """The record as it is now, with its version as ETag."""
        version = getattr(record, "version", None)
        if version is not None:
            headers["ETag"] = f'"{version}"'
        return wire.answer(self.row(record), status=status, headers=headers)

    def run_move(
        self, move: Callable[..., object], body: type[InputSerializer] = MoveSerializer
    ) -> HttpResponse:
        """Run a verb of the addressed record, or an action that begins there; answers the record.

        `move` gets the record and, by keyword, `by`, what `body` took and, when that has a version, `expect`.
        """

        def deed() -> HttpResponse:
            record = self.get_object()
            move(record, by=self.member, **told)
            return self.answer(record)

        told = self._told(body)
        return answer_once(self.request, deed)

    def run_create(self, act: Callable[..., Model], body: type[InputSerializer]) -> HttpResponse:
        """Run an action that makes a record of this resource; answers 201 with its address."""

        def deed() -> HttpResponse:
            record = act(by=self.member, **told)
            return self.answer(record, status=201, Location=f"{self.request.path}{record.pk}/")

        told = self._told(body)
        return answer_once(self.request, deed)

    def named(self, rows: VisibleQuerySet[R], pk: UUID, *, field: str) -> R:
        """A record named in a body, if the user may know of it. Raises `InvalidInput` when there is none."""
        return rows.pick(pk, by=self.member, field=field)

    def page(
        self,
        rows: QuerySet[Any],
        shape: type[RowSerializer[Any]],
        *,
        recorded: bool,
        parameters: Set[str] = frozenset(),
    ) -> HttpResponse:
        """One page of rows in the form of `shape`, with the address of the next.

        With `recorded`, one entry of the audit trail says who asked for what and saw which records. Of
        what belongs to one record nothing but `parameters` may be asked.
        """
        if self.detail:
            refuse_unknown(self.request.query_params.keys(), parameters)
        pages = cast(Keyset, self.paginator)
        shown = pages.paginate_queryset(rows, self.request, self)
        if recorded:
            asked = self.request.META["QUERY_STRING"]
            changes = {"asked": asked, "found": [str(row.id) for row in shown]}
            kind = f"{rows.model._meta.model_name}.searched"
            trail.record(kind, self.member, by=self.member, at=clock.now(), changes=changes)
        write = shape.writer()
        return wire.answer(pages.envelope([write(row) for row in shown]))

    def _told(self, body: type[InputSerializer]) -> dict[str, Any]:
        told = body.read(wire.body_of(self.request))
        if issubclass(body, VersionedSerializer):
            told["expect"] = self._expected(told.pop("version", None))
        return told

    def _expected(self, version: int | None) -> int | None:
        header = self.request.META.get("HTTP_IF_MATCH", "*")
        if header == "*":
            return version
        match = _ETAG.fullmatch(header)
        if match is None or version not in (None, int(match[1])):
            raise InvalidInput(
                _("Give the ETag last seen, one only, the same as “version”."), field="If-Match"
            )
        return int(match[1])


class Listed(VisibleViewSet):
    """Adds the list: one page of rows by key, newest first unless the view orders otherwise."""

    def list(self, request: Request) -> HttpResponse:
        recorded = self.records_lists or (self.records_reading and "q" in request.query_params)
        return self.page(self.filter_queryset(self.get_queryset()), self.serializer_class, recorded=recorded)


class Shown(VisibleViewSet):
    """Adds one record by its key; reading a person's record is itself recorded."""

    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        """One record by its key."""
        record = self.get_object()
        if self.records_reading:
            trail.read(record, by=self.member)
        return self.answer(record)


class Reference(VisibleViewSet):
    """Makes it reference data: the same for every member, loaded by a command, never written here."""

    action_permissions = {"list": SIGNED_IN, "retrieve": SIGNED_IN}

    def get_queryset(self) -> QuerySet[Any]:
        return self.columns_only() if self.action == "list" else self.queryset.all()
