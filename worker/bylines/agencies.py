"""The news agencies whose texts others print: how they are called, and where they publish.

Data, and the look-up of one by the name or the site of a publisher. An agency's own article credits nobody.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as credit lines name it."""

    name: str  # as Trucewire shows it
    aliases: tuple[str, ...]  # as texts write it, in any of the region's languages; capitals are understood
    domains: tuple[str, ...] = ()
    is_word: bool = False  # a word of everyday language as well: only forms that nothing else has are believed


def _agency(name: str, aliases: str, domains: str = "", *, is_word: bool = False) -> Agency:
    return Agency(name, tuple(aliases.split("|")), tuple(domains.split()), is_word)


AGENCIES = (
    _agency("Reuters", "Reuters|Рейтер|Рейтерс|Reyter|Ռոյթերս|Ռոյթեր|როიტერი", "reuters.com"),
    _agency("AP", "AP|Associated Press|Ассошиэйтед Пресс|Ասոշիեյթեդ Պրես", "apnews.com ap.org"),
    _agency("AFP", "AFP|АФП|Agence France-Presse|Agence France Presse|Франс Пресс|Ֆրանս Պրես", "afp.com"),
    _agency("Bloomberg", "Bloomberg|Блумберг|Բլումբերգ", "bloomberg.com"),
    _agency("dpa", "dpa|DPA", "dpa.com"),
    _agency("EFE", "EFE", "efe.com"),
    _agency("Xinhua", "Xinhua|Синьхуа|Sinxua|Սինհուա", "xinhuanet.com news.cn"),
    _agency("PA", "PA Media|Press Association", "pa.media"),
    _agency("TASS", "TASS|ITAR-TASS|ТАСС|ИТАР-ТАСС|ՏԱՍՍ|ტასი", "tass.ru tass.com"),
    _agency("Interfax", "Interfax|Интерфакс|İnterfaks|Interfaks|Ինտերֆաքս|ინტერფაქსი", "interfax.ru interfax.com"),
    _agency("RIA Novosti", "RIA Novosti|РИА Новости|РИАН|РИА «Новости»|RİA Novosti|ՌԻԱ Նովոստի", "ria.ru"),
    _agency("Sputnik", "Sputnik|Спутник|Սպուտնիկ", "sputniknews.com sputniknews.ru", is_word=True),
    _agency("Regnum", "REGNUM|Регнум|ИА REGNUM", "regnum.ru"),
    _agency("Rosbalt", "Росбалт|Rosbalt", "rosbalt.ru"),
    _agency("Prime", "ПРАЙМ", "1prime.ru"),
    _agency("Ukrinform", "Ukrinform|Укринформ", "ukrinform.net ukrinform.ua"),
    _agency("BelTA", "BelTA|БелТА|БЕЛТА", "belta.by"),
    _agency("Armenpress", "Armenpress|Арменпресс|Արմենպրես", "armenpress.am"),
    _agency("Arminfo", "ArmInfo|АрмИнфо|Արմինֆո", "arminfo.info"),
    _agency("ARKA", "ARKA|АРКА|ԱՐԿԱ|ԱՌԿԱ", "arka.am"),
    _agency("Mediamax", "Mediamax|Медиамакс|Մեդիամաքս", "mediamax.am"),
    _agency("Panarmenian", "PanARMENIAN.Net|PanARMENIAN|ПанАРМЕНИАН.Нет|ՊանԱՐՄԵՆԻԱՆ", "panarmenian.net"),
    _agency("Novosti-Armenia", "Новости-Армения|Novosti-Armenia|Նովոստի-Արմենիա", "newsarmenia.am"),
    _agency("Noyan Tapan", "Noyan Tapan|Ноян Тапан|Նոյյան Տապան|Նոյյան տապան", "nt.am"),
    _agency("Artsakhpress", "Artsakhpress|Арцахпресс|Արցախպրես", "artsakhpress.am"),
    _agency("Azertac", "AZERTAC|AZERTAG|AZƏRTAC|АЗЕРТАДЖ|ԱԶԵՐՏԱՋ", "azertag.az"),
    _agency("APA", "APA|АПА", "apa.az"),
    _agency("Report", "Report|Репорт|Report İnformasiya Agentliyi", "report.az", is_word=True),
    _agency("Trend", "Trend|Тренд|Trend News Agency", "trend.az", is_word=True),
    _agency("Turan", "Turan|Туран|Թուրան", "turan.az", is_word=True),
    _agency(
        "Anadolu", "Anadolu|Anadolu Agency|Anadolu Ajansı|Anadolu Agentliyi|Анадолу|Անադոլու|AA|ანადოლუ", "aa.com.tr"
    ),
    _agency("DHA", "DHA|Demirören Haber Ajansı", "dha.com.tr"),
    _agency("IHA", "İHA|IHA|İhlas Haber Ajansı", "iha.com.tr"),
    _agency("ANKA", "ANKA|ANKA Haber Ajansı", "ankahaber.net"),
    _agency("InterPressNews", "InterPressNews|Интерпрессньюс|ინტერპრესნიუსი|IPN", "interpressnews.ge"),
    _agency("IRNA", "IRNA|İRNA|ИРНА|ԻՌՆԱ|ایرنا", "irna.ir"),
    _agency("Tasnim", "Tasnim|Тасним|Təsnim|Թասնիմ", "tasnimnews.com", is_word=True),
    _agency("Fars", "Fars News|Fars News Agency", "farsnews.ir"),
    _agency("Mehr", "Mehr News|Mehr News Agency", "mehrnews.com"),
)


def agency_of(publisher: str, host: str = "") -> str:
    """The agency that a publisher is, by its name or its host; "" where it is none."""
    named = _BY_NAME.get(publisher.casefold().strip())
    if named is not None:
        return named.name
    labels = host.split(".")
    return next((found for cut in range(len(labels)) if (found := _BY_DOMAIN.get(".".join(labels[cut:])))), "")


_BY_NAME = {alias.casefold(): agency for agency in AGENCIES for alias in (agency.name, *agency.aliases)}
_BY_DOMAIN = {domain: agency.name for agency in AGENCIES for domain in agency.domains}
