"""Mails of people who know their rights, or ask politely: each sentence below is a no, and each of the others none."""

import json

import pytest

from pipelines.contract import ConsentSignal, Identifier
from pipelines.extract.values.keywords import keyword_consent
from pipelines.extract.values.wishes import asked_consent, marketing_wish
from tests.extract.exports import extracted, source_of

NOES = """
I hereby withdraw my consent to receive marketing communications.
I withdraw my consent to the processing of my personal data, with immediate effect.
I revoke the permission I gave you to e-mail me about offers.
I object to the processing of my personal data for direct marketing purposes.
Under Article 21 GDPR I object to direct marketing.
I hereby exercise my right to object to any further direct marketing, including profiling.
I hereby withdraw my consent.
Ich widerrufe meine Zustimmung zum Kontakt per E-Mail.
Entfernen Sie bitte meine Adresse aus Ihrem Verteiler.
I no longer consent to marketing.
I do not consent to receiving your newsletter.
Please remove my email address from your database.
Please delete my address from your mailing list.
Kindly erase my details from all your records.
Delete my account and all my data please.
Please cease sending promotional e-mails to this address.
Hiermit widerspreche ich der Nutzung meiner Daten zu Werbezwecken.
Der Verwendung meiner Daten für Werbung widerspreche ich hiermit ausdrücklich.
Ich lege Widerspruch gegen die Verarbeitung meiner Daten zum Zwecke der Direktwerbung ein.
Ich widerrufe meine Einwilligung zum Erhalt Ihres Newsletters.
Hiermit widerrufe ich meine Einwilligung in die Zusendung von Werbung.
Bitte löschen Sie alle meine Daten.
Bitte löschen Sie meine E-Mail-Adresse aus Ihrer Datenbank.
Je retire mon consentement à recevoir vos offres.
Je m'oppose à l'utilisation de mes données à des fins de prospection.
Veuillez supprimer mes données personnelles.
Merci de supprimer mon adresse de votre liste de diffusion.
Retiro mi consentimiento para recibir publicidad.
Me opongo al tratamiento de mis datos con fines comerciales.
Por favor, eliminen mis datos personales.
Revoco il consenso al trattamento dei miei dati per finalità di marketing.
Mi oppongo al trattamento dei miei dati per fini commerciali.
Vi prego di cancellare i miei dati personali.
Ik trek mijn toestemming voor marketing in.
Ik maak bezwaar tegen het gebruik van mijn gegevens voor reclame.
Retiro o meu consentimento para receber publicidade.
Could you please unsubscribe me from the newsletter?
Can you remove me from your mailing list please?
Would you mind taking me off your mailing list?
Können Sie mich bitte vom Newsletter abmelden?
Pourriez-vous me désinscrire de votre newsletter ?
¿Pueden darme de baja de su boletín?
""".strip().splitlines()
NEITHER = """
I do not object to direct marketing.
I do not withdraw my consent to your newsletter.
I withdraw my order, the consent form is attached.
I withdraw from the agreement, as I wrote in my e-mail.
I object to the price you charged me.
I object! Your marketing manager promised me a refund.
Please delete my old address, the new one is below.
Please delete the data on the second disk before you send it back.
Please remove the second item from my order.
Did you delete my data?
You deleted my data!
Why did you remove me from your mailing list?
Who removed my address from your database?
Ich widerrufe meinen Kauf vom 1. März.
Ich widerspreche der Rechnung 123.
Ich widerspreche der Werbung nicht.
Hiermit widerrufe ich den von mir abgeschlossenen Vertrag über den Kauf der folgenden Waren.
Meine Daten sind gelöscht worden, warum?
Je retire ma commande.
Retiro el pedido mañana.
Can you tell me how to unsubscribe?
How can I unsubscribe from your newsletter?
Could you explain why I was unsubscribed?
Can you confirm that you did not unsubscribe me?
Können Sie mir sagen, wie ich mich abmelden kann?
Do you remove people from your mailing list?
""".strip().splitlines()


@pytest.mark.parametrize("sentence", NOES)
def test_a_withdrawal_is_heard(sentence):
    assert marketing_wish(sentence) is False


def test_it_is_heard_in_a_letter_as_long_as_lawyers_write():
    letter = "To whom it may concern. " * 60
    assert marketing_wish(f"{letter}\n\nI object to the processing of my data for direct marketing. {letter}") is False


def test_it_is_heard_over_the_end_of_a_line_and_in_capitals():
    assert marketing_wish("I HEREBY WITHDRAW\nMY CONSENT to receive\nyour newsletter") is False


def test_it_is_heard_in_a_text_too_however_long_it_is():
    ann = Identifier("phone", "", "+447700900123", "channel")
    for text in ("Please delete my address from your list.", "Hello. " * 40 + "Please delete my address from your list."):
        said = keyword_consent(text, "sms", [ann])
        assert said == [ConsentSignal("sms", "marketing", allowed=False, value=ann.value)]


@pytest.mark.parametrize("channel", ["email", "sms", "chat", "social"])
@pytest.mark.parametrize(
    "text",
    [
        "I object to the use of my personal data for marketing.",
        "Please delete all my data.",
        "Ich widerspreche der Nutzung meiner Daten zu Werbezwecken.",
        "Retiro mi consentimiento para recibir publicidad.",
    ],
)
def test_who_names_no_channel_is_written_to_on_none(text, channel):
    said = asked_consent(text, None, channel, [])
    assert {(each.channel, each.allowed) for each in said} == {
        (each, False) for each in ("chat", "email", "sms", "social", "voice")
    }
    assert len(said) == 5


def test_a_subject_that_is_all_there_is_of_a_mail_is_heard_as_its_text():
    said = asked_consent("", "I object to the use of my personal data for marketing.", "email", [])
    assert len(said) == 5


@pytest.mark.parametrize(
    "text",
    [
        "I withdraw my consent to your newsletter.",
        "Please delete my address from your mailing list.",
        "Ich widerrufe meine Zustimmung zu Werbung per E-Mail.",
        "Could you please unsubscribe me?",
        "I object to the offers that you made me.",
        "No more marketing please",
    ],
)
def test_who_names_a_channel_or_is_merely_tired_of_ours_says_no_to_that(text):
    assert [(each.channel, each.allowed) for each in asked_consent(text, None, "email", [])] == [("email", False)]


def test_a_long_text_in_a_table_is_heard_as_a_short_one_is(tmp_path):
    text = "Hello, my order came too late again. " * 4 + "I OBJECT to the use of my data for direct marketing."
    row = {"id": "1", "at": "2026-03-02T10:00:00Z", "way": "inbound", "from": "+447700900123", "text": text}
    rows = [row, row | {"id": "2", "text": text.replace("OBJECT", "look forward")}]
    columns = {"source_ref": "id", "occurred_at": "at", "direction": "way", "party.phone": "from", "text": "text"}
    source = source_of(format="table", name="texts", kind="interaction", channel="sms", columns=columns, region="GB")
    outcome = extracted(tmp_path, {"a.jsonl": "".join(json.dumps(each) + "\n" for each in rows)}, source)
    assert [len(record.consent) for record in outcome.records] == [5, 0]


@pytest.mark.parametrize("channel", ["sms", "chat"])
@pytest.mark.parametrize(
    "text", ["No more emails please", "Unsubscribe me from your newsletter", "Bitte keine Mails mehr", "Stop the emails"]
)
def test_a_no_to_mails_is_one_on_whatever_channel_it_is_said(channel, text):
    ann = Identifier("phone", "", "+447700900123", "channel")
    both = [
        ConsentSignal(channel, "marketing", allowed=False, value=ann.value),
        ConsentSignal("email", "marketing", allowed=False),
    ]
    assert keyword_consent(text, channel, [ann]) == both


@pytest.mark.parametrize("sentence", NEITHER)
def test_what_only_sounds_like_one_is_none(sentence):
    assert marketing_wish(sentence) is None
