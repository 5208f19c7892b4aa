from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, transaction

from carma import clock
from carma.accounts.models import User
from carma.audit import chain, trail
from carma.audit.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def settle() -> None:
    """Run now what the database does at COMMIT."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def write(by: User, count: int = 3) -> list[Entry]:
    for n in range(count):
        trail.record("user.renamed", by, by=by, at=clock.now(), changes={"n": n})
    settle()
    return list(Entry.objects.order_by("-id")[:count])[::-1]


def test_each_entry_carries_the_hash_of_the_one_before(dispatcher: User) -> None:
    first, second, third = write(dispatcher)

    assert first.seq is not None
    assert [second.seq, third.seq] == [first.seq + 1, first.seq + 2]
    assert bytes(second.prev or b"") == bytes(first.hash or b"")
    assert bytes(third.prev or b"") == bytes(second.hash or b"")
    assert list(chain.breaks()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'other'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    ],
)
def test_the_application_may_not_change_the_past(dispatcher: User, statement: str) -> None:
    write(dispatcher)

    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_forged_position_is_overwritten(dispatcher: User) -> None:
    entry = trail.entry("user.forged", dispatcher, by=None, at=clock.now(), changes={})
    entry.seq, entry.hash, entry.prev = 999_999, b"x", b"y"
    entry.save()
    settle()
    entry.refresh_from_db()

    assert entry.seq is not None
    assert entry.seq < 999_999
    assert list(chain.breaks()) == []


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_the_owner_of_the_table_changes_is_found(dispatcher: User) -> None:
    entry = write(dispatcher)[1]
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_refuse_update")
        cursor.execute("UPDATE audit_entry SET reason = 'never said' WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_refuse_update")

    assert [(each.seq, each.why) for each in chain.breaks()] == [(entry.seq, "its content was changed")]
    with pytest.raises(CommandError, match="does not hold in 1 places"):
        call_command("verify_audit")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_cut_tail_is_found_by_its_anchor(dispatcher: User) -> None:
    last = write(dispatcher)[-1]
    assert chain.anchor()
    assert not chain.anchor()  # the tip did not move
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_refuse_delete")
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [last.pk])
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_refuse_delete")

    assert [(each.seq, each.why) for each in chain.breaks()] == [
        (last.seq, "it is not the entry that was anchored")
    ]
    chain.anchors_file().unlink()
