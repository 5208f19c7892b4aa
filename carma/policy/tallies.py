"""Keeping the monthly roll-ups equal to the incidents."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

from carma import clock
from carma.incidents.models import Incident
from carma.policy.models import Tally

UNCOUNTED = (Incident.Status.CANCELLED, Incident.Status.MERGED, Incident.Status.PLANNED)

_REBUILD = """
INSERT INTO policy_tally (month, municipality, type, count)
SELECT date_trunc('month', received_at AT TIME ZONE 'Europe/Brussels')::date, municipality, type_id, count(*)
FROM incidents_incident
WHERE type_id IS NOT NULL AND status NOT IN ('cancelled', 'merged', 'planned')
GROUP BY 1, 2, 3
"""


def month_of(moment: datetime) -> date:
    """The first day of the local month that holds the moment."""
    return clock.local(moment).date().replace(day=1)


@transaction.atomic
def recount(month: date, municipality: str, type_code: str) -> Tally:
    """Count one cell anew. The row is locked first, so that the last of two counts sees the first's deed."""
    Tally.objects.get_or_create(month=month, municipality=municipality, type=type_code)
    tally = Tally.objects.select_for_update().get(month=month, municipality=municipality, type=type_code)
    start = datetime(month.year, month.month, 1, tzinfo=clock.ZONE)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=clock.ZONE)
    counted = Incident.objects.filter(
        municipality=municipality, type=type_code, received_at__gte=start, received_at__lt=end
    ).exclude(status__in=UNCOUNTED)
    tally.count = counted.count()
    tally.save(update_fields=["count"])
    return tally


@transaction.atomic
def rebuild() -> int:
    """Count everything anew, after an import; answers the number of cells."""
    Tally.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_REBUILD)
    return Tally.objects.count()
