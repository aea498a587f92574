"""A person's mail that asks for no more advertising: short, and saying so in a word we know."""

WORDS_LIMIT = 12
_ALONE = frozenset(("stop", "stopp", "remove", "arrêt", "basta", "cancel subscription", "remove me", "opt out", "optout"))
_ASKING = (
    "unsubscribe", "opt me out", "opt out", "remove me from", "take me off", "stop sending", "stop emailing", "stop mailing",
    "no more emails", "no more marketing", "abmelden", "abbestellen", "keine werbung", "désabonner", "désinscrire",
    "désinscription", "darme de baja", "cancelar suscripción", "cancellami", "disiscrivermi", "annulla iscrizione",
    "afmelden", "uitschrijven", "avregistrera", "cancelar inscrição",
)  # fmt: skip
_NOT_ASKING = ("don't", "dont", "do not unsub", "not unsub", "cannot", "can't", "nicht abmelden", "?", "accident", "wrong")


def is_opt_out(text: str) -> bool:
    """Tell whether ``text``, what the person wrote themselves, asks for no more advertising.

    A question or a story about unsubscribing is none; what is left in doubt counts as asking, for the strictest wins.
    """
    words = text[:500].casefold().replace("\u2019", "'").replace("-", " ").split()
    if not words or len(words) > WORDS_LIMIT:
        return False
    said = " ".join(words)
    if said.strip(".,;:! \"'") in _ALONE:
        return True
    return any(phrase in said for phrase in _ASKING) and not any(mark in said for mark in _NOT_ASKING)
