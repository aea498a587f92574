import pytest

from pipelines.extract.landing.naming import shown_file


@pytest.mark.parametrize(
    ("name", "format_", "person"),
    [
        pytest.param("whatsapp/2026-03-02/WhatsApp Chat with Ann Lee.txt", "whatsapp", "Ann", id="a chat's title"),
        pytest.param("whatsapp/2026-03-02/Chat de WhatsApp con +34 600 000 000.txt", "whatsapp", "600", id="any language"),
        pytest.param("messenger/2026-03-02/messages/inbox/annlee_77/message_1.json", "messenger", "annlee", id="a folder"),
        pytest.param("messenger/2026-03-02/inbox/inbox_annlee_77/message_1.json", "messenger", "annlee", id="a sly folder"),
        pytest.param("old/2026-03-02/Chat Ann.txt", "", "Ann", id="a format that nobody knows any more"),
        pytest.param("messenger/2026-03-02/e2ee/Ann Lee_3.json", "messenger", "Ann", id="an end-to-end encrypted download"),
    ],
)  # fmt: skip
def test_a_file_is_shown_without_the_person_it_is_named_after(name, format_, person):
    shown = shown_file(name, format_)
    assert person not in shown
    assert shown.startswith("/".join(name.split("/")[:2]))
    assert shown.endswith(name[-4:])
    assert shown != shown_file(name.replace("Ann", "Bob").replace("600", "611").replace("annlee", "bob"), format_)


def test_a_file_that_names_nobody_is_shown_as_it_is():
    for name, format_ in (
        ("support_mail/2026-03-02/support.mbox", "mbox"),
        ("whatsapp/2026-03-02/_chat.txt", "whatsapp"),
        ("messenger/2026-03-02/messages/inbox", "messenger"),
    ):
        assert shown_file(name, format_) == name
