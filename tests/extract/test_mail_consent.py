"""What a mail says about advertising: a no that is asked for, a yes that is, and neither where somebody only tells of it."""

import pytest

from pipelines.contract import ConsentSignal
from tests.extract.mailboxes import one


@pytest.mark.parametrize(
    ("text", "subject", "wish"),
    [
        pytest.param("Unsubscribe", "", False, id="one word"),
        pytest.param("STOP", "", False, id="as by text message"),
        pytest.param("", "unsubscribe", False, id="a click on a List-Unsubscribe link"),
        pytest.param("Hello,\n\nplease take me off your mailing list.\n\nAnn", "", False, id="a line in a letter"),
        pytest.param("Bitte vom Newsletter abmelden.", "", False, id="German"),
        pytest.param("Bitte nehmen Sie mich aus dem Verteiler", "", False, id="off a list in German"),
        pytest.param("Bitte keine E-Mails mehr!", "", False, id="no more in German"),
        pytest.param("Ich habe keinen Newsletter bekommen", "", None, id="a German who misses one"),
        pytest.param("Merci de me désinscrire", "", False, id="French"),
        pytest.param("Merci de ne plus m'envoyer de mails, plus de publicité", "", False, id="no more in French"),
        pytest.param("No quiero recibir más correos", "", False, id="no more in Spanish"),
        pytest.param("Non voglio più ricevere le vostre offerte", "", False, id="no more in Italian"),
        pytest.param("Please put me back on your mailing list.", "", True, id="the other way"),
        pytest.param("Hello Gus, I'd like you to put me back on the e-mail list!", "", True, id="the other way, at length"),
        pytest.param(
            "I would like to get your newsletter again. Write to me.", "", True, id="the other way, by a newsletter"
        ),
        pytest.param("", "Resubscribe", True, id="the other way, in a word"),
        pytest.param("Ich möchte mich zum Newsletter wieder anmelden", "", True, id="the other way in German"),
        pytest.param("Ich kann mich nicht wieder anmelden.", "", None, id="a German who cannot log in"),
        pytest.param("Ich möchte mich wieder anmelden, mein Passwort ist weg", "", None, id="a German without a password"),
        pytest.param("Do not put me back on your mailing list", "", None, id="not the other way"),
        pytest.param("Please never resubscribe me", "", None, id="never"),
        pytest.param("Who put me back on your list! Enough", "", None, id="a complaint"),
        pytest.param("You put me back on your mailing list", "", None, id="another complaint"),
        pytest.param("Somebody had you resubscribe me", "", None, id="what happened"),
        pytest.param("Please put me back on the waiting list", "", None, id="another list"),
        pytest.param("Resubscribe link is broken", "", None, id="what fails"),
        pytest.param("How do I unsubscribe?", "", None, id="a question"),
        pytest.param("Please don\u2019t unsubscribe me.", "", None, id="the contrary"),
        pytest.param("Can you stop the parcel?", "", None, id="another stop"),
        pytest.param("word " * 200 + "\nUnsubscribe", "", None, id="the foot of a long mail"),
        pytest.param("Fine.\n\nOn 1 May 2026 Shop wrote:\n> Unsubscribe", "", None, id="our own foot, quoted"),
    ],
)
def test_a_short_mail_that_asks_for_no_more_is_heard(text, subject, wish, tmp_path):
    record = one(tmp_path, text, Subject=subject)
    expected = [] if wish is None else [ConsentSignal("email", "marketing", wish, "ann@field.example")]
    assert record.consent == expected


def test_a_yes_from_a_doubtful_sender_is_not_heard_but_a_no_is(tmp_path):
    failed = {"Authentication_Results": "mx; dmarc=fail"}
    assert one(tmp_path, "Please put me back on your mailing list", **failed).consent == []
    assert [signal.allowed for signal in one(tmp_path, "unsubscribe me", **failed).consent] == [False]
