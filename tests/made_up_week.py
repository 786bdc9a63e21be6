"""A made-up week of news in seven languages, for the tests of the pages. Everything is invented but the places."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Told:
    """What an article says in one sentence."""

    concept: str
    stance: str
    sentence: str
    terms: tuple[str, ...]
    speaker: str = ""
    side: str = ""
    numbers: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Piece:
    """An article."""

    feed: int
    minutes: float  # before now
    title: str
    summary: str
    told: tuple[Told, ...] = ()
    places: tuple[str, ...] = ()
    text: str = ""
    region: str = "yes"
    language: str = ""  # "" = of its feed
    copy_of: int | None = None  # index within its story
    credit: str = ""
    labels: tuple[str, ...] = ()
    before: tuple[str, str] = ("", "")  # title and summary that its publisher has changed since


@dataclass(frozen=True)
class Raised:
    """An alert of a story, raised on its first article."""

    rule: str
    severity: str
    stance: str
    confirmation: str = "single_source"
    updates: tuple[tuple[str, str, float], ...] = ()  # reason, detail, minutes before now
    acknowledged: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Event:
    """A story."""

    pieces: tuple[Piece, ...]
    raised: tuple[Raised, ...] = field(default=())


# name, publisher, family, language, country, side
FEEDS = (
    ("The Arax Courier", "The Arax Courier", "arax", "en", "AM", ""),
    ("Caspian Bulletin", "Caspian Bulletin", "caspian", "en", "AZ", "AZ"),
    ("Լեռնային լրաբեր", "Լեռնային լրաբեր", "lrnayin", "hy", "AM", "AM"),
    ("Dağ Xəbərləri", "Dağ Xəbərləri", "caspian", "az", "AZ", "AZ"),
    ("Южный курьер", "Южный курьер", "courier", "ru", "RU", ""),
    ("მთის მოამბე", "მთის მოამბე", "mtis", "ka", "GE", ""),
    ("Doğu Gündemi", "Doğu Gündemi", "dogu", "tr", "TR", ""),
    ("Meridian Wire", "Meridian Wire", "meridian", "en", "", ""),
    ("روزنامه ارس", "روزنامه ارس", "aras", "fa", "IR", ""),
)

_EN = "The two sides agreed on a ceasefire along the Lachin road from midnight, the Defence Ministry said."
CEASEFIRE = Event(
    (
        Piece(
            0,
            26,
            "Ceasefire agreed on the Lachin road after two days of fighting",
            f"{_EN} Monitors are expected at both ends of the road in the morning.",
            (Told("ceasefire", "agreed", _EN, ("ceasefire",), "the Defence Ministry", "AM"),),
            ("Lachin", "Armenia", "Azerbaijan"),
            text=f"{_EN}\n\nMonitors are expected at both ends of the road in the morning. Drivers who waited in "
            "Goris since Tuesday were told to stay where they are.\n\nBoth sides accused each other of firing first.",
            before=(
                "Ceasefire talks on the Lachin road enter second day",
                "The two sides talked about a ceasefire along the Lachin road. No date was named.",
            ),
            labels=("urgent",),
        ),
        Piece(
            4,
            22,
            "Стороны договорились о прекращении огня на Лачинской дороге",
            "Стороны договорились о прекращении огня с полуночи, сообщило министерство обороны. Посты останутся.",
            (
                Told(
                    "ceasefire",
                    "agreed",
                    "Стороны договорились о прекращении огня с полуночи, сообщило министерство обороны.",
                    ("прекращении огня",),
                    "министерство обороны",
                    "AM",
                ),
            ),
            ("Lachin",),
        ),
        Piece(
            2,
            19,
            "Կողմերը համաձայնեցին հրադադարի Լաչինի ճանապարհին",
            "Կողմերը կեսգիշերից համաձայնեցին հրադադարի, հայտնեց պաշտպանության նախարարությունը։",
            (
                Told(
                    "ceasefire",
                    "agreed",
                    "Կողմերը կեսգիշերից համաձայնեցին հրադադարի, հայտնեց պաշտպանության նախարարությունը։",
                    ("հրադադարի",),
                    "պաշտպանության նախարարությունը",
                    "AM",
                ),
            ),
            ("Lachin", "Armenia"),
        ),
        Piece(
            3,
            15,
            "Tərəflər Laçın yolunda atəşkəs barədə razılığa gəldi",
            "Tərəflər gecəyarısından atəşkəs barədə razılığa gəldi, Müdafiə Nazirliyi bildirib.",
            (
                Told(
                    "ceasefire",
                    "agreed",
                    "Tərəflər gecəyarısından atəşkəs barədə razılığa gəldi, Müdafiə Nazirliyi bildirib.",
                    ("atəşkəs",),
                    "Müdafiə Nazirliyi",
                    "AZ",
                ),
            ),
            ("Lachin",),
        ),
        Piece(
            5,
            11,
            "მხარეები ლაჩინის გზაზე ცეცხლის შეწყვეტაზე შეთანხმდნენ",
            "მხარეები შუაღამიდან ცეცხლის შეწყვეტაზე შეთანხმდნენ, განაცხადა თავდაცვის სამინისტრომ.",
            (
                Told(
                    "ceasefire",
                    "agreed",
                    "მხარეები შუაღამიდან ცეცხლის შეწყვეტაზე შეთანხმდნენ, განაცხადა თავდაცვის სამინისტრომ.",
                    ("ცეცხლის შეწყვეტაზე",),
                ),
            ),
            ("Lachin",),
        ),
        Piece(
            6,
            9,
            "Taraflar Laçın yolunda ateşkes konusunda anlaştı",
            "Taraflar gece yarısından itibaren ateşkes konusunda anlaştı.",
            (
                Told(
                    "ceasefire",
                    "agreed",
                    "Taraflar gece yarısından itibaren ateşkes konusunda anlaştı.",
                    ("ateşkes",),
                ),
            ),
            ("Lachin",),
        ),
        Piece(
            8,
            6,
            "دو طرف بر سر آتش‌بس در جاده لاچین توافق کردند",
            "دو طرف از نیمه‌شب بر سر آتش‌بس توافق کردند.",
            (Told("ceasefire", "agreed", "دو طرف از نیمه‌شب بر سر آتش‌بس توافق کردند.", ("آتش‌بس",)),),
            ("Lachin",),
        ),
        Piece(
            7,
            18,
            "Ceasefire agreed on the Lachin road after two days of fighting",
            f"{_EN}",
            (Told("ceasefire", "agreed", _EN, ("ceasefire",), "the Defence Ministry", "AM"),),
            ("Lachin",),
            copy_of=0,
            credit="The Arax Courier",
        ),
    ),
    (
        Raised(
            "ceasefire",
            "critical",
            "agreed",
            "both_sides",
            (("confirmed", "Dağ Xəbərləri, which speaks for the other side, says so too", 15),),
        ),
    ),
)

_SHELLS = "Shells fell on two villages near Goris on Thursday evening, the governor of Syunik said."
_DENIES = "The ministry denied that its units had shelled villages near Goris."
_DEAD = "Three soldiers were killed and five wounded near Jermuk, the army said."
_ROAD = "The road to Meghri has been closed to all traffic since the morning."
_SWAP = "Eleven prisoners were exchanged at the border post of Margara on Wednesday."
_MOVE = "Columns of armoured vehicles were seen moving towards Kapan."
EVENTS = (
    CEASEFIRE,
    Event(
        (
            Piece(
                0,
                95,
                "Shells fall on two villages near Goris, governor says",
                f"{_SHELLS} Nobody was hurt.",
                (Told("shelling", "in_force", _SHELLS, ("Shells", "shelled"), "the governor of Syunik", "AM"),),
                ("Goris", "Syunik"),
            ),
            Piece(
                1,
                41,
                "Ministry denies shelling villages near Goris",
                f"{_DENIES} It called the report invented.",
                (Told("shelling", "denied", _DENIES, ("shelled",), "The ministry", "AZ"),),
                ("Goris",),
            ),
            Piece(
                0,
                88,
                "Army says three soldiers killed near Jermuk",
                f"{_DEAD} Their names will be published.",
                (
                    Told(
                        "casualties",
                        "in_force",
                        _DEAD,
                        ("killed", "wounded"),
                        "the army",
                        "AM",
                        (("killed", 3), ("wounded", 5)),
                    ),
                ),
                ("Jermuk",),
            ),
        ),
        (
            Raised(
                "shelling",
                "critical",
                "denied",
                "one_side",
                (("turned", "reported, then denied by Caspian Bulletin", 41),),
            ),
        ),
    ),
    Event(
        (
            Piece(
                4,
                180,
                "Трое военных погибли в районе Джермука",
                "Трое военных погибли и пятеро ранены в районе Джермука, сообщила армия.",
                (
                    Told(
                        "casualties",
                        "in_force",
                        "Трое военных погибли и пятеро ранены в районе Джермука, сообщила армия.",
                        ("погибли", "ранены"),
                        "армия",
                        "AM",
                        (("killed", 3), ("wounded", 5)),
                    ),
                ),
                ("Jermuk", "Armenia"),
            ),
        ),
        (Raised("casualties", "critical", "in_force"),),
    ),
    Event(
        (
            Piece(
                0,
                240,
                "Road to Meghri closed to all traffic",
                f"{_ROAD} Lorries queue in Kapan.",
                (Told("blockade", "in_force", _ROAD, ("closed to all traffic",)),),
                ("Meghri", "Kapan"),
            ),
            Piece(
                7,
                170,
                "Lorries wait as road to southern Armenia stays shut",
                f"{_ROAD}",
                (Told("blockade", "in_force", _ROAD, ("closed to all traffic",)),),
                ("Meghri",),
            ),
        ),
        (
            Raised(
                "blockade",
                "warning",
                "in_force",
                "independent",
                (("confirmed", "Meridian Wire, of no side, reports it too", 170),),
            ),
        ),
    ),
    Event(
        (
            Piece(
                7,
                420,
                "Armoured columns seen on the road to Kapan",
                f"{_MOVE} Where they come from is not known.",
                (Told("troop_movement", "in_force", _MOVE, ("moving towards",)),),
                ("Kapan",),
            ),
        ),
        (Raised("troop_movement", "info", "in_force"),),
    ),
    Event(
        (
            Piece(
                0,
                600,
                "Eleven prisoners exchanged at Margara",
                f"{_SWAP}",
                (Told("prisoner_exchange", "in_force", _SWAP, ("prisoners", "exchanged")),),
                ("Armenia",),
            ),
        ),
        (Raised("prisoner_exchange", "info", "in_force", acknowledged=True),),
    ),
)
