"""What stands around digits in a text and tells whose number they are: the words before, the signs on both sides."""

import re

from pipelines.extract.values.fields import names

_BEFORE, _BEHIND = 48, 70  # characters that are looked at

JOINING = frozenset("./-=#")  # signs that join digits to a word
_PHONE_WORDS = names("""
    t p m h w ph tel telefon telefone telefono teléfono téléphone fon fono phone mob mobile mobil móvil cel cell celular
    handy fax gsm whatsapp wa sms tfno tfn tlf contact call no nr num
""")
_LAST_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,12}) ?[.\-/=#]$")
# A link that opens a chat with a number, which is written with its country and without +.
_CHAT_LINK = re.compile(r"(?:wa\.me/|whatsapp\.com/send/?\?phone=|whatsapp://send/?\?phone=)$", re.IGNORECASE)

_MONEY = frozenset("€$£¥₹₽")
_CURRENCIES = names("""
    eur usd gbp chf inr brl pln sek nok dkk aud cad euro euros dollar dollars pound pounds rupees reais pesos kr zł rs r$
""")
_OF_WORTH = re.compile(
    rf"[.,]\d{{1,2}}(?!\d)| ?[{''.join(sorted(_MONEY))}%‰°]| (?:{'|'.join(map(re.escape, sorted(_CURRENCIES)))})\b",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"(?<!\d)(?<!\d )\d{1,3},$|\d\.\d{3,}[,;]? -?$")  # "0,…", or the first of two coordinates
_IN_ADDRESS = re.compile(
    r"[\w.+%\-]{0,64}@|\.(?:pdf|png|jpe?g|gif|heic|mp[34]|docx?|xlsx?|csv|txt|zip|html?|eml|xml|json|com|net|org)\b",
    re.IGNORECASE,
)

_CAPITALS = re.compile("[A-Z]{2}[ 0-9]")  # what both of these begin with
_PARCEL = re.compile(r"(?<![^\W_])[A-Z]{2} ?\d\d ?\d ?\d{3} ?\d{3} ?[A-Z]{2}(?![^\W_])")  # UPU S10, as posts number them
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![^\W_])")

# What has numbers. The first need no more, the second only count with "number" behind them: a customer has a phone, too.
_NUMBERED = names("""
    order orders invoice ticket reference ref tracking shipment sku ean upc isbn issn iban bic vat serial sn licence license
    imei iccid booking transaction receipt voucher coupon passport ssn rma po pin kvk bsn btw nif cif dni cpf cnpj cep siret
    siren tva p.iva nip pesel regon blz konto aadhaar abn nhs zip ust ustid
    bestellung bestellnummer bestellnr auftrag auftragsnummer auftragsnr rechnung rechnungsnummer rechnungsnr kundennummer
    kundennr kontonummer kontonr steuernummer steuernr sendung sendungsnummer vorgang vorgangsnummer vertragsnummer
    vertragsnr seriennummer artikelnummer artikelnr aktenzeichen
    commande facture colis suivi dossier réf référence
    bestelling bestelnummer ordernummer factuur factuurnummer klantnummer rekeningnummer kenmerk
    pedido factura referencia seguimiento ordine fattura riferimento spedizione codice encomenda fatura protocolo rastreio
    zamówienie zamówienia zamówieniu faktura faktury przesyłka paczka
    ordre ordrenummer ordrenr ordernr bestilling beställning beställningsnummer kvittering kundnummer kundnr kundenr
    personnummer fakturanummer ärende ärendenummer saksnummer organisationsnummer organisasjonsnummer orgnr cvr cpr
    tilaus tilausnumero ondernemingsnummer rijksregisternummer bestelnr factuurnr dossiernummer klantnr
    sozialversicherungsnummer versicherungsnummer personalausweis reisepass
    lieferschein hrb az cde cmd devis bordereau albarán localizador expediente incidencia scontrino matricola rif trace
    consignment barcode quotation mpan txn
    objednávka objednávky faktúra rendelés comanda comandă factură sipariş заказ заказа замовлення παραγγελία
""")
_WITH_A_NUMBER = names("""
    customer case account acct card article item policy contract claim member membership confirmation payment part model
    sort kunde kunden client compte contrat klant rekening cliente cuenta contrato contratto conta klienta konta
    ord cust acc inv case complaint quote job parcel reservation product meter reg employee staff lot batch request req
    kd rg re bestell auftrags auftr rechnungs rechn vertrags vorgangs sendungs mitglieds paket retouren retoure angebot
    angebots storno art artikel serien kto konto karten buchungs referenz
    série réservation adhérent carte retour serie póliza envío devolución reserva socio
    pratica reso prenotazione ddt fiscale pakket retour zaak polis
""")
# A word of these languages that ends so has its number, unless it is one of these.
_OF_NUMBERS = re.compile(r"[^\W\d_]{3,}(?:nummer|nr|numret)")
_OF_PHONES = re.compile(
    r"tel|fon|service|handy|mob|ruf|fax|festnetz|whatsapp|kontakt|contact|privat|prive|gesch|zentral|hotline|notfall|dienst|büro"
    r"|thuis|werk|arbeit|gsm|sms|durchwahl|noodgeval|bereik|bel|haus|ersatz|neue|number"
)
# The same in scripts that put nothing between words: what has a number, or a person may have whose number is meant with it,
# and then only what says so ("订单号是", "注文番号は").
_NUMBER_SIGNS = "号码|號碼|号|號|编号|編號|单号|單號|番号|번호|หมายเลข|เลขที่|เลข"
_NAMED_AT_ONCE = re.compile(
    "(?:订单|訂單|工单|工單|运单|運單|快递|快遞|物流|单号|單號|发票|發票|账号|账户|帳號|帳戶|身份证|身分證|护照|護照|"
    "注文|伝票|追跡|問い?合わ?せ|口座|請求書?|주문|송장|계좌|사업자|영수증|คำสั่งซื้อ|ออเดอร์|พัสดุ|ใบเสร็จ|บัญชี|"
    f"(?:客户|客戶|会员|會員|合同|卡|受付|予約|会員|管理|製造|契約|예약|접수|회원|고객|등록|สมาชิก) ?(?:{_NUMBER_SIGNS}))"
    f"(?:{_NUMBER_SIGNS}|是|为|為|は|が|の|는|은|이|가|คือ|[ :\uff1a\"'(\uff08「『#])*$"
)
_NUMBER_WORDS = names("no nr num núm cod number nummer numer numero número numéro numeri id code n nº n° # idnr ending")
_IS = names("is ist est es è é jest")
_WORDS, _WORDS_LENGTH = 4, 36  # words, and characters, that may say it
_WORD_BACKWARDS = re.compile(r"[ .:*=\"'()\u00a0\-\u2013/]*(avi ?\.p|[°º]?[^\W\d_]+|#)")


def is_linked(text: str, start: int) -> bool:
    """Tell whether the digits from ``start`` on are the number of a link that opens a chat."""
    return _CHAT_LINK.search(text[max(start - _BEFORE, 0) : start]) is not None


def is_joined(text: str, start: int, end: int) -> bool:
    """Tell whether the sign before the digits joins them to what is no word for a phone: "GT-…", "?id=…", "#…"."""
    sign = text[start - 1]
    if sign == "#" and not text[start:end].isdigit():
        return False
    word = _LAST_WORD.search(text[max(start - _BEFORE, 0) : start]) if sign != "/" else None
    return word is None or word[1].lower() not in _PHONE_WORDS


def is_something_else(text: str, start: int, end: int) -> bool:
    """Tell by what stands around ``text[start:end]`` that it is an amount, an account, a parcel or part of an address."""
    before, behind = text[max(start - _BEFORE, 0) : start], text[end : end + _BEHIND]
    if _is_worth(before, behind) or _IN_ADDRESS.match(behind) or _is_named(before):
        return True
    if not _CAPITALS.search(before):
        return False
    around = before + text[start:end] + behind
    return any(_covers(pattern, around, len(before)) for pattern in (_PARCEL, _IBAN))


def _is_worth(before: str, behind: str) -> bool:
    """Tell whether the signs on both sides are those of an amount, or of a share, a degree or a decimal."""
    if _OF_WORTH.match(behind):
        return True
    last = before.rstrip(" -")
    if last[-1:] in _MONEY or last[last.rfind(" ") + 1 :].rstrip(".").lower() in _CURRENCIES:
        return True
    return not last[-1:].isalpha() and _DECIMAL.search(before) is not None


def _is_named(before: str) -> bool:
    """Tell whether the words before say what has this number: "order no. …", "Kundennummer: …"."""
    if not before.isascii() and _NAMED_AT_ONCE.search(before):
        return True
    backwards = before[: -_WORDS_LENGTH - 1 : -1].lower()
    at, has_number, is_id, is_open = 0, False, False, False
    for _ in range(_WORDS):
        match = _WORD_BACKWARDS.match(backwards, at)
        if match is None:
            break
        word, at = match[1][::-1], match.end()
        if word in _NUMBERED or (has_number and word in _WITH_A_NUMBER) or (is_open and word in _NUMBER_WORDS):
            return True
        if word in _NUMBER_WORDS:
            has_number, is_id = True, is_id or word == "id"
        elif word in _WITH_A_NUMBER and not is_open:
            is_open = True  # in French and its like the number is said before it: "numéro de client"
        elif word in _PHONE_WORDS or (word not in _IS and len(word) != len("DE")):
            return bool(_OF_NUMBERS.fullmatch(word)) and not _OF_PHONES.search(word)
    return is_id


def _covers(pattern: re.Pattern[str], text: str, at: int) -> bool:
    found = (match for match in pattern.finditer(text) if match.start() <= at < match.end())
    return any(pattern is not _IBAN or _is_iban(match[0]) for match in found)


def _is_iban(written: str) -> bool:
    """Tell by the check digits (ISO 13616)."""
    account = written.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1
