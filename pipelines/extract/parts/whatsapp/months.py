# ruff: noqa: RUF001 - the months in many alphabets
"""The months in words, as phones write them in dates: whole, and cut short as the Unicode CLDR does.

Croatian is left out: its "lip" and "lis" are other months than the Polish ones, which have no dot behind the day.
"""

_WORDS = (
    """
    jan january januar jän jänner janv janvier ene enero gen gennaio gener janeiro januari sty stycznia oca ocak
    янв январь января січ січня ian ianuarie ιαν ιανουαρίου يناير जन जनवरी ม.ค januarie janúar tammi tammik
    tammikuuta ינו ינואר
    """,
    """
    feb february februar februari febr février févr fév febrero febbraio febrer fev fevereiro lut lutego şub şubat
    фев февр февраль февраля лют лютого februarie φεβ φεβρουαρίου فبراير फ़र फ़रवरी फरवरी ก.พ február helmi helmik
    helmikuuta peb פבר פברואר
    """,
    """
    mar march märz mär mrz mars marzo març março maart mrt marca mart мар март марта бер березня martie μαρ μαρτίου
    مارس मार्च มี.ค márc március maaliskuu maalisk maaliskuuta maret mac מרץ
    """,
    """
    apr april avr avril abr abril aprile kwi kwietnia nis nisan апр апрель апреля квіт квітня aprilie απρ απριλίου
    أبريل ابريل अप्रैल เม.ย ápr április huhtik huhtikuuta אפר אפריל
    """,
    """
    may mai mayo maggio mag maig maio mei maj maja mayıs май мая трав травня μαΐ μαΐου μαϊ μαΐος مايو मई พ.ค máj
    május toukok toukokuuta מאי
    """,
    """
    jun june juni juin junio giugno giu juny junho cze czerwca haz haziran июн июнь июня черв червня iun iunie ιουν
    ιουνίου يونيو जून มิ.ย jún június kesäk kesäkuuta יוני
    """,
    """
    jul july juli juil juillet julio luglio lug juliol julho lip lipca tem temmuz июл июль июля лип липня iul iulie
    ιουλ ιουλίου يوليو जुल जुलाई ก.ค júl július heinäk heinäkuuta יולי
    """,
    """
    aug august août ago agosto agost augustus augusti sie sierpnia ağu ağustos авг август августа серп серпня αυγ
    αυγούστου أغسطس अग अगस्त ส.ค augusztus elok elokuuta agu agt agustus ogo ogos אוג אוגוסט
    """,
    """
    sep sept september septembre septiembre settembre set setembre setembro wrz września eyl eylül сен сент
    сентябрь сентября вер вересня septembrie σεπ σεπτεμβρίου سبتمبر सित सितंबर सितम्बर ก.ย szept szeptember syysk
    syyskuuta ספט ספטמבר
    """,
    """
    oct october okt oktober octobre octubre ottobre ott out outubro paź października eki ekim окт октябрь октября
    жовт жовтня octombrie οκτ οκτωβρίου أكتوبر अक्तू अक्टू अक्तूबर अक्टूबर ต.ค október lokak lokakuuta אוק אוקטובר
    """,
    """
    nov november novembre noviembre novembro lis listopada kas kasım ноя нояб ноябрь ноября лист листопада noi
    noiembrie νοε νοεμβρίου نوفمبر नव नवंबर नवम्बर พ.ย marrask marraskuuta נוב נובמבר
    """,
    """
    dec december dez dezember déc décembre dic diciembre dicembre desembre dezembro gru grudnia ara aralık дек
    декабрь декабря груд грудня decembrie δεκ δεκεμβρίου ديسمبر दिस दिसंबर दिसम्बर ธ.ค des desember jouluk
    joulukuuta דצמ דצמבר
    """,
)
WORDS = sorted((word for words in _WORDS for word in words.split()), key=len, reverse=True)
UNLIKE_WITH_A_DOT = ["lip", "lis"]


def month_of(word: str) -> int | None:
    """Return the number of the month in any case, as a regular expression knows cases: of "KASIM", 11."""
    return _MONTHS.get(_folded(word))


def _folded(word: str) -> str:
    return word.casefold().replace("\u0131", "i").replace("\u0307", "")


_MONTHS = {_folded(word): number for number, words in enumerate(_WORDS, start=1) for word in words.split()}
