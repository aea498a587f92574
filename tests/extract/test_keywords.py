"""Short messages that are a no or a yes to marketing, and those that only look like one."""

import pytest

from pipelines.contract import Identifier
from pipelines.extract.values.keywords import keyword_consent
from tests.growth import assert_work_grows_with_length

OWN = Identifier("phone", "", "+447700900123", "channel")
TYPED = Identifier("phone", "", "+447700900999", "claimed")


def said(text, channel="sms"):
    return [(one.channel, one.purpose, one.allowed, one.value) for one in keyword_consent(text, channel, [OWN, TYPED])]


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop.", "Stop!!", "STOP 🛑", " Unsubscribe \n", "Opt-out!", "opt out", "STOPALL", "STOP ALL", "END",
        "cancel", "Quit", "stop please", "please stop", "Pls STOP texting me", "stop sending me texts", "STOP messages",
        "stop all messages now", "please unsubscribe me", "Unsubscribe me from your list please", "unsubscribe, thank you",
        "no more texts",
        "No more messages, thanks", "no more marketing please", "don't text me", "Don\u2019t message me again",
        "do not contact me", "remove me", "Please remove my number", "remove me from your list", "stop stop STOP",
        "STOP 2 END", "Stop contacting me", "stop texting this number", "I'd like to opt out", "Opt me out please",
        "I want to unsubscribe please", "I would like to be removed from your list", "take me off your list",
        "I don't want any more texts from you", "I no longer wish to receive your messages", "Never contact me again",
        "Don't send me any more messages", "no marketing", "Please STOP sending these messages to my phone number",
        "could you please stop texting my number", "leave me alone", "delete my number",
    ],
)  # fmt: skip
def test_a_short_message_is_a_no_to_marketing_for_the_number_it_came_from(text):
    assert said(text) == [("sms", "marketing", False, "+447700900123")]


@pytest.mark.parametrize(
    "text",
    [
        "STOPP", "Stopp!", "stop bitte", "Bitte stopp", "Abmelden", "bitte abmelden", "Mich bitte abmelden, danke",
        "Abbestellen", "Keine Werbung", "Bitte keine Werbung mehr!", "keine SMS mehr", "ARRÊT", "arret", "STOP SMS",
        "Stop pub", "stop svp merci", "désabonner", "désinscription svp", "BAJA", "Baja por favor", "ALTO",
        "cancellami", "basta", "Stop grazie", "Afmelden", "uitschrijven aub", "SAIR", "parar",
        "Ich möchte keine Werbung mehr erhalten", "Bitte keine Nachrichten mehr senden", "Schicken Sie mir keine SMS mehr",
        "Bitte löschen Sie meine Nummer", "Désabonnez-moi", "je ne veux plus recevoir de sms", "plus de messages svp",
        "arrêtez de m'envoyer des messages", "quiero darme de baja", "no quiero recibir más mensajes", "Descadastrar",
        "não quero mais receber mensagens", "cancelar", "non voglio più messaggi", "basta sms", "geen berichten meer",
        "Avsluta", "frameld", "inga fler sms tack", "wypisz mnie", "nie wysyłajcie mi więcej wiadomości",
        "СТОП", "退订", "הסר", "取消订阅", "수신거부", "إلغاء", "berhenti", "Sluta", "STOP 36111", "Stop SMS au 36111",
        "Nicht mehr schreiben bitte", "Lassen Sie mich in Ruhe!", "Ne m\u2019écrivez plus", "Non scrivetemi più",
        "No más mensajes", "Удалите мой номер", "Haal mij van de lijst",
        "Quítenme de su lista", "Vorrei cancellarmi dalla lista", "Ich möchte Ihre Werbung nicht mehr bekommen",
    ],
)  # fmt: skip
def test_a_no_is_heard_in_the_languages_in_which_it_is_heard_in_mails(text):
    assert said(text) == [("sms", "marketing", False, "+447700900123")]


@pytest.mark.parametrize("text", ["START", "start.", "Unstop", "SUBSCRIBE", " opt in "])
def test_a_keyword_alone_is_a_yes_for_the_number_it_came_from(text):
    assert said(text) == [("sms", "marketing", True, "+447700900123")]


@pytest.mark.parametrize(
    "text",
    [
        "", "?!", "please stop by the shop", "non-stop problems", "don't stop", "Please stop the delivery", "stop my order",
        "stopped", "full stop", "which bus stop", "It will not stop", "unsubscribe does not work", "did not unsubscribe",
        "cancel my order", "cancel please", "the end", "end of the month", "I quit", "no more problems", "no more stock?",
        "no text on it", "don't text my wife", "don't worry", "remove the parcel", "remove please", "stop it", "more texts",
        "Reply STOP to opt out", "start again please", "when do you start", "subscribe me please", "yes", "yes please",
        "Stoppt das Paket bitte", "Wo ist meine Abmeldung", "keine Ahnung mehr", "Werbung bitte", "Voz alto",
        "baja el precio", "arrêt de bus", "keine Rechnung mehr", "basta così?", "bitte danke", "mich bitte",
        "please stop all of the texts that your shop sends me", "stop " * 13, "stop" + " " * 100 + "please",
        "do not contact the courier", "I don't want the text on the mug", "no texts arrived", "no message received",
        "delete my order",
        "keine SMS bekommen", "keine Nachrichten", "geen idee meer", "plus de problème", "no quiero más zapatos",
        "ingen aning",
        "leave me alone with the courier", "never send the parcel to me", "remove me from the waiting room", "opt me in",
        "Can I unsubscribe from the gym?", "I want to end my contract", "my watch stopped", "non voglio più il pacco",
        "STOP 41234", "nicht mehr lieferbar", "Haal mij op", "Streichen Sie mich vom Newsletter?",
    ],
)  # fmt: skip
def test_any_other_message_says_nothing_about_marketing(text):
    assert said(text) == []


def test_start_opens_a_chat_and_is_no_yes_there():
    assert said("start", "chat") == []
    assert said("unstop", "chat") == [("chat", "marketing", True, "+447700900123")]


def test_a_no_is_kept_where_the_channel_shows_no_number_and_a_yes_is_not():
    assert [(one.allowed, one.value) for one in keyword_consent("STOP", "chat", [TYPED])] == [(False, "")]
    assert keyword_consent("unstop", "chat", [TYPED]) == []


@pytest.mark.parametrize("word", ["stop ", "opt ", "'", "a'"])
def test_a_message_of_a_million_words_takes_no_longer_than_its_length(word):
    assert said(word * 1_000_000) == []
    assert_work_grows_with_length(lambda times: word * times, said, 1_000_000)


def test_on_social_media_a_no_is_for_whoever_wrote_and_nobody_says_yes_with_a_word():
    assert said("STOP", channel="social") == [("social", "marketing", False, "")]
    assert said("unsubscribe me from your emails", channel="social") == [
        ("social", "marketing", False, ""),
        ("email", "marketing", False, ""),
    ]
    assert said("SUBSCRIBE", channel="social") == []
