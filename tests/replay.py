"""A made-up fortnight: 500 articles on twelve events and on nothing, by 40 publishers in six languages.

Deterministic. Each event's script says which articles open it, and which of them must update its alert for which
reason; what follows repeats, translates, rewrites and confirms without changing anything.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.factories import a_feed
from tests.world import World
from worker import pipeline
from worker.judge import Judge
from worker.model import Rule, Severity, Stance

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ARTICLES = 500
LANGUAGES = ("en", "ru", "hy", "az", "tr", "ka")
SLOT = timedelta(minutes=50)  # what appears within it is polled and judged together
SHOWN = 15  # items in a feed's document
_DATA = Path(__file__).parent / "data" / "replay"
_SYLLABLES = {
    "en": "ba dro fin gul hes jor kip lun mev nor plo quen ras tiv wug yel zam",
    "ru": "бал дро фин гуз хес жор кип лун мев ног пло рас тив взу чел зам",
    "hy": "բալ դրո ֆին գուզ հես ժոր կիպ լուն մեվ նոգ պլո րաս տիվ զու չել զամ",
    "az": "bal dro fin güz həs jor kip lun mev noq plo ras tiv zu çel zam",
    "tr": "bal dro fin güz hes jor kip lun mev nog plo ras tiv zu çel zam",
    "ka": "ბალ დრო ფინ გუზ ჰეს ჟორ კიპ ლუნ მევ ნოგ პლო რას ტივ ზუ ჩელ ზამ",
}
_NAMES = ("Aramo", "Belina", "Ceyra", "Davro", "Elmira", "Farin", "Gorun", "Hasmo", "Irmak", "Jansu", "Karo", "Lusa")


@dataclass(frozen=True)
class Outlet:
    """A publisher with one feed."""

    name: str
    language: str
    family: str = ""
    side: str = ""

    @property
    def url(self) -> str:
        """Of its feed."""
        return f"https://{self.name.lower().replace(' ', '-')}.example/rss"


_STATE = (
    Outlet("Public Radio AM", "hy", "am-state", "AM"),
    Outlet("Press Agency AM", "hy", "am-state", "AM"),
    Outlet("Press Agency AM English", "en", "am-state", "AM"),
    Outlet("State Agency AZ", "az", "az-state", "AZ"),
    Outlet("State Television AZ", "az", "az-state", "AZ"),
    Outlet("State Agency AZ English", "en", "az-state", "AZ"),
    Outlet("State Agency TR", "tr", "tr-state", "TR"),
    Outlet("State Agency RU", "ru", "ru-state", "RU"),
)
_FREE = {"en": 9, "ru": 7, "hy": 5, "az": 3, "tr": 4, "ka": 4}
OUTLETS = {
    one.name: one
    for one in (
        *_STATE,
        *(Outlet(f"Outlet {number} {language}", language) for language in _FREE for number in range(_FREE[language])),
    )
}


@dataclass(frozen=True)
class Piece:
    """One article as it appears, or as it is changed."""

    name: str  # of the article: "ceasefire/0"; the same name again is a revision
    at: datetime
    outlet: str
    title: str
    text: str
    author: str = ""
    published: datetime | None = None  # None: when it appears

    @property
    def number(self) -> int:
        """What its address ends in."""
        return int.from_bytes(self.name.encode(), "big") % 10**12


@dataclass(frozen=True)
class Step:
    """A line of an event's script: who reports what, in which manner."""

    outlet: str
    said: str = "report"  # report | turn | lower
    manner: str = "own"  # own | wire | machine | correct | withdraw
    update: str = ""  # the reason for which the alert is updated by it
    late: float = 0.0  # hours that it was published before it came


@dataclass(frozen=True)
class Script:
    """How an event is reported."""

    event: str
    day: float
    steps: tuple[Step, ...]
    confirmation: str  # of its alert in the end
    padding: tuple[str, ...] = ("own", "wire", "machine", "copy")
    padded: tuple[str, ...] = LANGUAGES
    voices: int | None = None  # of what the alert says, where the padding cannot add any
    said: str = "report"


SCRIPTS = (
    Script(
        "ceasefire",
        0,
        (
            Step("Public Radio AM"),
            Step("State Agency AZ", update="confirmed"),
            Step("Press Agency AM English"),
            Step("Outlet 0 en", "turn", update="turned"),
            Step("Outlet 0 ru", late=3),
            Step("Outlet 1 ru", "turn", update="confirmed"),
        ),
        "independent",
    ),
    Script(
        "sotk",
        1,
        (
            Step("Outlet 0 hy"),
            Step("Outlet 1 en", update="confirmed"),
            Step("State Agency AZ", "turn", update="turned"),
            Step("Outlet 2 en", "turn"),
        ),
        "one_side",
        padded=("en", "ru", "hy", "az", "tr"),  # the gazetteer has no Georgian name of the village
    ),
    Script(
        "jermuk",
        2,
        (
            Step("Outlet 3 en"),
            Step("Outlet 2 ru", update="confirmed"),
            Step("Outlet 4 en", "turn", update="numbers"),
            Step("Outlet 3 ru", "turn"),
        ),
        "independent",
    ),
    Script(
        "askeran",
        3.5,
        (
            Step("Outlet 5 en"),
            Step("Outlet 5 en", "lower", "correct", update="corrected"),
            Step("Outlet 4 ru", update="confirmed"),
        ),
        "independent",
    ),
    Script(
        "corridor",
        4,
        (
            Step("Public Radio AM"),
            Step("Press Agency AM"),
            Step("State Agency TR"),
            Step("Outlet 0 az", update="confirmed"),
        ),
        "independent",
    ),
    Script("exodus", 5, (Step("Outlet 6 en", manner="wire"),), "single_source", ("wire", "copy"), ("en",), 1),
    Script(
        "meghri",
        6,
        (Step("State Agency AZ"), Step("State Television AZ"), Step("State Agency AZ English")),
        "one_side",
        ("copy",),
        ("az",),
        1,
    ),
    Script(
        "prisoners",
        7,
        (
            Step("Outlet 7 en"),
            Step("Outlet 7 en", manner="withdraw", update="retracted"),
            Step("Outlet 0 ka"),
            Step("Outlet 0 tr", update="confirmed"),
        ),
        "independent",
    ),
    Script(
        "treaty",
        10.5,
        (
            Step("Outlet 0 en"),
            Step("Outlet 1 en", "turn", update="escalated"),
            Step("Outlet 5 ru", "turn", update="confirmed"),
        ),
        "independent",
        said="turn",
    ),
    Script("arms", 9, (Step("Outlet 1 ka"), Step("Outlet 1 tr", update="confirmed")), "independent"),
    Script("shushi", 10, (Step("Outlet 8 en"),), "single_source", ("machine", "copy"), ("en",), 1),
    Script("goris", 11, (Step("Outlet 1 hy"), Step("Outlet 2 ka", update="confirmed")), "independent"),
)


@dataclass
class Fortnight:
    """All pieces in the order they come, and what must follow from each."""

    pieces: list[Piece] = field(default_factory=list)
    updates: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # event → (reason, article's name)

    @property
    def articles(self) -> set[str]:
        """The names of all articles."""
        return {piece.name for piece in self.pieces}


@cache
def fortnight() -> Fortnight:
    """The fortnight."""
    told = Fortnight()
    for script in SCRIPTS:
        _tell(script, told)
    noise = random.Random(12)
    for number in range(ARTICLES - len(told.articles)):
        at = START + timedelta(days=12) * number / 200
        told.pieces.append(_noise(number, at, noise))
    told.pieces.sort(key=lambda piece: piece.at)
    return told


def rules_of(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules of the settings, but that a peace deal is told of when it is proposed, and more loudly when agreed."""
    return tuple(
        replace(rule, stances=(*rule.stances, Stance.PROPOSED), severities={Stance.AGREED: Severity.CRITICAL})
        if rule.rule_id == "peace_deal"
        else rule
        for rule in rules
    )


def replay(world: World) -> None:
    """Have the fortnight appear in the feeds of `world`, hour by hour, and run the stages on it."""
    world.judge = Judge(world.settings.profile, world.settings.lexicons, rules_of(world.settings.rules))
    feeds = {
        name: a_feed(
            url=one.url,
            name=name,
            publisher=name,
            family=one.family or name.lower().replace(" ", "-"),
            side=one.side,
            languages=(one.language,),
            country="",
        )
        for name, one in OUTLETS.items()
    }
    world.now = START
    world.store.feeds.add(list(feeds.values()), START)
    ids = {row["publisher"]: int(row["id"]) for row in world.services.queries.feeds()}
    shown: dict[str, dict[str, Piece]] = {name: {} for name in OUTLETS}
    pieces = fortnight().pieces
    while pieces:
        hour = pieces[0].at
        now = [piece for piece in pieces if piece.at - hour < SLOT]
        pieces = pieces[len(now) :]
        world.now = now[-1].at + timedelta(minutes=1)
        for piece in now:
            shown[piece.outlet].pop(piece.name, None)
            shown[piece.outlet][piece.name] = piece
            world.documents[OUTLETS[piece.outlet].url] = _document(list(shown[piece.outlet].values())[-SHOWN:])
        due = list(dict.fromkeys(ids[piece.outlet] for piece in now))
        world.store.feeds.make_due(due, world.now)
        pipeline.poll(world.services, due)
        run_stages(world)


def run_stages(world: World) -> None:
    """What follows a poll."""
    pipeline.match(world.services)
    for channel in pipeline.route(world.services):
        pipeline.deliver(world.services, channel)
    pipeline.close_quiet(world.services)


def name_of(url: str) -> str:
    """The name of the article at an address."""
    numbers = {str(piece.number): piece.name for piece in fortnight().pieces}
    return numbers[url.rsplit("/", 1)[1]]


def _tell(script: Script, told: Fortnight) -> None:
    """An event by its script, and what follows it."""
    chance = random.Random(script.event)
    event = next(one for one in _read("events.toml")["event"] if one["name"] == script.event)
    at = START + timedelta(days=script.day)
    opening: dict[str, Piece] = {}
    told.updates[script.event] = []
    for number, step in enumerate(script.steps):
        name = next((one.name for one in opening.values() if one.outlet == step.outlet and step.manner != "own"), "")
        piece = _written(name or f"{script.event}/{number}", event, step, at + timedelta(hours=number), chance)
        opening[piece.name] = piece
        told.pieces.append(piece)
        if step.update:
            told.updates[script.event].append((step.update, piece.name))
    later = at + timedelta(hours=len(script.steps))
    told.pieces += _padding(script, event, list(opening.values()), later, chance)


def _padding(
    script: Script, event: dict[str, Any], opening: list[Piece], at: datetime, chance: random.Random
) -> list[Piece]:
    """Thirty articles that change nothing: each by another outlet."""
    taken = {piece.outlet for piece in opening}
    free = [one for one in OUTLETS.values() if one.name not in taken and one.language in script.padded and not one.side]
    chance.shuffle(free)
    pieces = []
    for number, one in enumerate((free * 3)[:30] if len(free) < 10 else free[:30]):
        manner = script.padding[number % len(script.padding)]
        when, name = at + timedelta(minutes=10 * number), f"{script.event}/p{number}"
        models = [piece for piece in opening if OUTLETS[piece.outlet].language == one.language]
        model = next((piece for piece in models if "ED: " not in piece.title), None)
        if manner == "copy" and model is not None:
            pieces.append(replace(model, name=name, at=when, outlet=one.name, author="", published=None))
        else:
            own = "machine" if manner == "copy" else manner
            pieces.append(_written(name, event, Step(one.name, script.said, own), when, chance))
    return pieces


def _written(name: str, event: dict[str, Any], step: Step, at: datetime, chance: random.Random) -> Piece:
    language = OUTLETS[step.outlet].language
    title, lead = event[step.said][language]
    wired = random.Random(f"{event['name']} {language}") if step.manner == "wire" else chance
    text = f"{lead} {_fillers(language, wired)}"
    if step.manner == "own" and chance.random() < 0.5:
        title, text = lead.rstrip(".։"), f"{title}. {text}"
    if step.manner == "wire":
        text = f"(Reuters) - {text}"
    label = {"correct": "CORRECTED: ", "withdraw": "RETRACTED: "}.get(step.manner, "")
    published = at - timedelta(hours=step.late) if step.late else None
    author = "OpenAI" if step.manner == "machine" else ""
    return Piece(name, at, step.outlet, f"{label}{title}", text, author, published)


def _noise(number: int, at: datetime, chance: random.Random) -> Piece:
    outlet = chance.choice(list(OUTLETS.values()))
    title, text = chance.choice(_read("wording.toml")["noise"][outlet.language])
    slots = {"n": number + 2, "name": chance.choice(_NAMES)}
    text = f"{text.format(**slots)} {_fillers(outlet.language, chance)}"
    return Piece(f"noise/{number}", at, outlet.name, title.format(**slots), text)


def _fillers(language: str, chance: random.Random) -> str:
    """A sentence that says nothing of the event, and words of nobody's: every newsroom has its own."""
    sentence = chance.choice(_read("wording.toml")["fillers"][language])
    syllables = _SYLLABLES[language].split()
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(20)]
    return f"{sentence.format(n=chance.randint(3, 99), name=chance.choice(_NAMES))} {' '.join(words)}."


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / name).read_text(encoding="utf-8"))


def _document(pieces: list[Piece]) -> bytes:
    items = "".join(
        f"<item><title>{escape(piece.title)}</title><link>https://articles.example/{piece.number}</link>"
        f'<guid isPermaLink="false">{piece.name}</guid>'
        f"<pubDate>{format_datetime(piece.published or piece.at)}</pubDate>"
        + (f"<dc:creator>{escape(piece.author)}</dc:creator>" if piece.author else "")
        + f"<description>{escape(piece.text)}</description></item>"
        for piece in pieces
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    return f"{head}<channel><title>A feed</title>{items}</channel></rss>".encode()
