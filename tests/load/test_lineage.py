"""The lineage of a link: what two identities have in common, and where it stands."""

from datetime import UTC, datetime

import pytest

from pipelines.load.answers.lineage import Shown, shared_between

THEN = datetime(2026, 3, 2, tzinfo=UTC)


def shows(kind, value, identity="a"):
    return Shown(identity, kind, "", value, "channel", 1, THEN, THEN, "mail", "1", "inbox.mbox", "message 1")


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        ("ann@shop.example", "ann@shop.example", True),
        ("ann+orders@shop.example", "ann@shop.example", True),
        ("ann.b@gmail.com", "annb@googlemail.com", True),
        ("ann@shop.example", "ann@mill.example", False),
    ],
)
def test_two_addresses_of_one_mailbox_are_in_common_as_they_were_shown(one, other, is_shared):
    found = shared_between([shows("email", one)], [shows("email", other, "b")])
    assert [(each.left.value, each.right.value) for each in found if each.kind == "email"] == [(one, other)] * is_shared
