"""How far a sender's address counts: as far as the server that took the mail in vouches for it, and no further."""

import pytest

from tests.extract.mailboxes import SOURCE, mail, read, read_from

PASSED, UNPROVEN, CLAIMED = ("channel", True), ("channel", False), ("claimed", True)


def grade(folder, source=SOURCE, **headers):
    """Evidence and proof of the sender's address and name."""
    (record,) = read_from(source, folder, mail(**headers)).records
    assert ("email", "ann@field.example") in {(each.kind, each.value) for each in record.party}
    (graded,) = {(each.evidence, each.is_verified) for each in record.party}
    return graded


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param(None, UNPROVEN, id="nobody checked"),
        pytest.param("mx.shop.example; dmarc=pass", PASSED, id="DMARC passed"),
        pytest.param("mx.shop.example; dmarc=pass (p=NONE) header.from=field.example", PASSED, id="for From's domain"),
        pytest.param("mx.shop.example; dmarc=pass header.from=evil.example", UNPROVEN, id="DMARC passed for another domain"),
        pytest.param("mx; spf=pass smtp.mailfrom=ann@field.example; dmarc=fail", CLAIMED, id="DMARC failed, SPF passed"),
        pytest.param("mx; dmarc=pass; dmarc=fail", CLAIMED, id="DMARC both passed and failed"),
        pytest.param("mx; spf=pass smtp.mailfrom=field.example; dmarc=temperror", PASSED, id="DMARC did not come to an end"),
        pytest.param("mx; (dmarc=pass) dmarc=fail", CLAIMED, id="a pass in a comment"),
        pytest.param("mx; spf=pass; dkim=none", UNPROVEN, id="SPF passed, for nobody knows whom"),
        pytest.param("mx; spf=pass smtp.mailfrom=ann@field.example", PASSED, id="SPF for From's domain"),
        pytest.param("mx; spf=pass smtp.mailfrom=bounces.field.example", PASSED, id="SPF for a domain below From's"),
        pytest.param("mx; spf=pass smtp.mailfrom=eve@evil.example", UNPROVEN, id="SPF for another domain"),
        pytest.param("mx; spf=pass smtp.mailfrom=notfield.example", UNPROVEN, id="SPF for a domain that ends alike"),
        pytest.param("mx; spf=pass smtp.mailfrom=example", UNPROVEN, id="SPF for a top-level domain"),
        pytest.param("mx; spf=pass smtp.helo=field.example", UNPROVEN, id="SPF for a greeting"),
        pytest.param("mx; dkim=pass header.d=Field.Example", PASSED, id="DKIM for From's domain"),
        pytest.param("mx; dkim=pass header.i=@mail.field.example ", PASSED, id="DKIM for a domain below"),
        pytest.param("mx; dkim=pass header.d=esp.example; dkim=pass header.d=field.example", PASSED, id="two signatures"),
        pytest.param("mx; dkim=pass header.d=esp.example", UNPROVEN, id="DKIM for a mailing service"),
        pytest.param("mx; spf=softfail smtp.mailfrom=field.example", CLAIMED, id="SPF failed softly"),
        pytest.param("mx; spf=fail; dkim=pass header.d=field.example", PASSED, id="sent on, the signature intact"),
        pytest.param("mx; spf=fail; dkim=pass header.d=esp.example", CLAIMED, id="sent on, another's signature"),
        pytest.param("mx; dkim=fail header.d=field.example", CLAIMED, id="a broken signature"),
        pytest.param("mx; spf=neutral; dkim=none; dmarc=none", UNPROVEN, id="checked, and nothing found"),
        pytest.param("mx 1; none", UNPROVEN, id="not checked, it says"),
        pytest.param(
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=field.example; dkim=none; dmarc=bestguesspass action=none",
            PASSED, id="Exchange, which leaves out its name",
        ),
        pytest.param('mx; spf=none smtp.mailfrom="x; dmarc=pass y"@evil.example', UNPROVEN, id="a verdict in an address"),
        pytest.param(
            'mx; dkim=pass header.i="x header.d=field.example"@evil.example', UNPROVEN, id="a domain in an address"
        ),
        pytest.param("mx; dmarc=fail\nAuthentication-Results: eve; dmarc=pass", CLAIMED, id="the sender's own pass below"),
        pytest.param("mx; spf=none\nARC-Authentication-Results: i=1; mx; dmarc=pass", UNPROVEN, id="a pass in a chain"),
        pytest.param("mx; arc=pass; dmarc=fail\nARC-Authentication-Results: i=1; x; dmarc=pass", CLAIMED, id="a chain"),
    ],
)  # fmt: skip
def test_a_sender_counts_as_far_as_the_receiving_server_vouches(results, expected, tmp_path):
    assert grade(tmp_path, Authentication_Results=results) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("pass (mx: ok) client-ip=192.0.2.1; envelope-from=ann@field.example; helo=x", PASSED, id="for From's"),
        pytest.param('Pass (mx: ok) envelope-from="ann@field.example"', PASSED, id="quoted"),
        pytest.param("pass envelope-from=eve@evil.example", UNPROVEN, id="for another"),
        pytest.param(
            "pass (mx: domain of ann@field.example designates 192.0.2.1)", UNPROVEN, id="for one told in a comment"
        ),
        pytest.param("softfail envelope-from=ann@field.example", CLAIMED, id="failed"),
    ],
)
def test_an_older_header_of_spf_counts_where_nothing_newer_tells(value, expected, tmp_path):
    assert grade(tmp_path, Received_SPF=value) == expected
    newer = grade(tmp_path / "newer", Received_SPF=value, Authentication_Results="mx; spf=none")
    assert newer == UNPROVEN


@pytest.mark.parametrize(
    "sender",
    [
        pytest.param("ann@field.example\nFrom: eve@evil.example", id="in two headers"),
        pytest.param("Ann <ann@field.example>, Eve <eve@evil.example>", id="in one"),
        pytest.param("Ann <ann@field.example> Eve <eve@evil.example>", id="in one without a comma"),
    ],
)
def test_two_senders_are_a_claim_whatever_was_checked(sender, tmp_path):
    assert grade(tmp_path, From=sender, Authentication_Results="mx; dmarc=pass") == CLAIMED


LISTING = SOURCE.model_copy(update={"own": [*SOURCE.own, "mx.google.com"]})


@pytest.mark.parametrize(
    ("source", "results", "expected"),
    [
        pytest.param(SOURCE, "mx.google.com; dmarc=pass", PASSED, id="no server is listed: the topmost counts"),
        pytest.param(LISTING, "mx.google.com; dmarc=pass", PASSED, id="the listed one"),
        pytest.param(LISTING, "mx.google.com 1; dmarc=pass", PASSED, id="the listed one with a version"),
        pytest.param(LISTING, "MX.Google.com; dmarc=pass", PASSED, id="in other letters"),
        pytest.param(LISTING, "evil.example; dmarc=pass", UNPROVEN, id="another than the listed one"),
        pytest.param(LISTING, "notmx.google.com.evil.example; dmarc=pass", UNPROVEN, id="one that looks like it"),
        pytest.param(LISTING, "evil.example; dmarc=fail", CLAIMED, id="a fail counts from anybody"),
        pytest.param(LISTING, "evil.example; dmarc=pass\nAuthentication-Results: mx.google.com; dmarc=pass", UNPROVEN,
                     id="the listed one below another"),
        pytest.param(SOURCE, "evil.example; dmarc=pass\nAuthentication-Results: mx.shop.example; spf=none", UNPROVEN,
                     id="another above our own"),
        pytest.param(SOURCE, "mx.shop.example; spf=none\nAuthentication-Results: evil.example; dmarc=pass", UNPROVEN,
                     id="our own above another"),
    ],
)  # fmt: skip
def test_only_the_server_that_took_the_mail_in_is_believed(source, results, expected, tmp_path):
    assert grade(tmp_path, source, Authentication_Results=results) == expected


TAKEN_IN = "Received: from field.example ([192.0.2.1]) by mx.shop.example with ESMTPS; Fri, 20 Nov 2026 10:00:00 +0000"
DELIVERED = "Received: from mx.shop.example by mx.shop.example with LMTP id 1; Fri, 20 Nov 2026 10:00:01 +0000"
GREETED = TAKEN_IN.replace("from ", "from x by y with LMTP ")
NOTHING = "mx.shop.example; dmarc=none"
SIGNED = "Authentication-Results: mx.shop.example; dkim=pass header.d=field.example"
ELSEWHERE = SIGNED.replace("mx.shop", "mx.other")
FAILED = "Authentication-Results: mx.shop.example; dkim=fail header.d=field.example"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([NOTHING, SIGNED, TAKEN_IN], PASSED, id="one header for each filter"),
        pytest.param([NOTHING, "X-Spam: no", SIGNED, TAKEN_IN], PASSED, id="with others between"),
        pytest.param([NOTHING, FAILED, TAKEN_IN], CLAIMED, id="a fail in the second"),
        pytest.param(["mx.shop.example; dmarc=pass", FAILED, TAKEN_IN], PASSED, id="DMARC outranks the signature beside it"),
        pytest.param([NOTHING, TAKEN_IN, SIGNED], UNPROVEN, id="below where the mail was taken in: the sender's"),
        pytest.param([NOTHING, TAKEN_IN, SIGNED, TAKEN_IN], UNPROVEN, id="the sender's, with a hop below it"),
        pytest.param([NOTHING, SIGNED], UNPROVEN, id="no hop at all: anybody's"),
        pytest.param([NOTHING, SIGNED, DELIVERED], UNPROVEN, id="no hop but a delivery"),
        pytest.param([NOTHING, ELSEWHERE, TAKEN_IN], UNPROVEN, id="of another server"),
        pytest.param([NOTHING, SIGNED.replace("mx.", "dkim."), TAKEN_IN], PASSED, id="each filter by a name of its own"),
        pytest.param(
            [NOTHING, SIGNED.replace("mx.", "dkim."), TAKEN_IN, SIGNED.replace("mx.", "spf.")], PASSED, id="as at iCloud"
        ),
        pytest.param([NOTHING, TAKEN_IN, SIGNED.replace("mx.", "dkim.")], UNPROVEN, id="such a name below where it came in"),
        pytest.param(
            ["shop.example; dmarc=none", SIGNED.replace("mx.shop", "other"), TAKEN_IN], UNPROVEN, id="two of one top level"
        ),
        pytest.param(["dmarc=none", SIGNED.replace("mx.shop.example; ", ""), TAKEN_IN], UNPROVEN, id="of no name"),
    ],
)
def test_what_one_server_found_may_stand_in_several_headers(headers, expected, tmp_path):
    assert grade(tmp_path, Authentication_Results="\n".join(headers)) == expected


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        pytest.param(DELIVERED, PASSED, id="delivered within the house"),
        pytest.param(TAKEN_IN, UNPROVEN, id="taken in above them, as at Gmail: the second may be the sender's"),
        pytest.param(GREETED, UNPROVEN, id="a sender who greets as a delivery"),
        pytest.param(GREETED.replace("LMTP", "LMTP ("), UNPROVEN, id="and opens a comment"),
        pytest.param(f"{DELIVERED}\n{TAKEN_IN}", UNPROVEN, id="a delivery above where it was taken in"),
    ],
)
def test_deliveries_within_the_house_stand_above_what_the_server_found(above, expected, tmp_path):
    results = "\n".join([NOTHING, SIGNED, TAKEN_IN])
    assert grade(tmp_path, X_First=f"1\n{above}", Authentication_Results=results) == expected


@pytest.mark.parametrize(
    "below",
    [
        pytest.param(
            "Authentication-Results: gateway.example; dmarc=pass header.from=field.example", id="a gateway's results"
        ),
        pytest.param("ARC-Authentication-Results: i=1; gateway.example; dmarc=pass header.from=field.example", id="ARC's"),
        pytest.param("X-Authentication-Results: mx.shop.example; dmarc=pass", id="those kept under another name"),
    ],
)
def test_a_gateway_is_not_believed_as_who_goes_around_it_could_write_the_same(below, tmp_path):
    source = SOURCE.model_copy(update={"own": [*SOURCE.own, "mx.shop.example", "gateway.example"]})
    results = f"mx.shop.example; arc=pass (i=1 dmarc=pass fromdomain=field.example); dmarc=none\n{TAKEN_IN}\n{below}"
    assert grade(tmp_path, source, Authentication_Results=results) == UNPROVEN


def test_whom_we_wrote_to_is_proven_by_our_writing(tmp_path):
    (record,) = read(tmp_path, mail(From="support@shop.example", To="Ann Field <ann@field.example>")).records
    assert {(each.value, each.evidence, each.is_verified) for each in record.party} == {
        ("ann@field.example", "channel", True), ("Ann Field", "channel", True)
    }  # fmt: skip


def test_who_writes_in_our_name_and_fails_the_check_says_nothing_of_anybody(tmp_path):
    """An order number in our own answer counts as looked up: a stranger may not write himself such an answer."""
    forged = mail(
        "Your order GT-123456 is on its way.", From="Shop <support@shop.example>", To="Ann Field <eve@evil.example>",
        Authentication_Results="mx.shop.example; dmarc=fail header.from=shop.example",
    )  # fmt: skip
    outcome = read(tmp_path, forged)
    (record,) = outcome.records
    assert (record.direction, record.reason, record.party, record.agent_ref) == ("inbound", "own_address", [], None)
    assert record.party_ref == "support@shop.example"
    assert outcome.warnings == {"a mail under one of our own addresses that failed its check: nobody's": 1}
