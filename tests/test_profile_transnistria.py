"""The second region, config/transnistria: data alone make Trucewire watch another conflict."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.factories import an_article
from worker.cli import app as command_line
from worker.judge import Judge
from worker.model import CONCEPTS, Judgement, Region
from worker.settings import Settings, load_settings

FOLDER = Path(__file__).parents[1] / "config" / "transnistria"
TABLES = Path(__file__).parent / "data" / "inflections"
KARABAKH = [
    (row["sentence"], language)
    for language in ("en", "ru", "hy", "az", "tr", "ka")
    for row in csv.DictReader(
        (TABLES / f"{language}.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
]

# Headlines that raise an alert: language, text, rule, stance.
RAISED = [
    ("en", "Chisinau and Tiraspol agreed on a ceasefire along the Dniester on Sunday", "ceasefire", "agreed"),
    ("en", "Ceasefire holds on the Dniester, OSCE Mission to Moldova reports", "ceasefire", "in_force"),
    ("en", "Transdniestria's ceasefire breached, says Joint Control Commission", "ceasefire", "violated"),
    ("en", "Demilitarisation of the Security Zone agreed, says Tiraspol", "disarmament", "agreed"),
    ("en", "Explosions hit the state security ministry in Tiraspol", "offensive", "in_force"),
    ("en", "A drone struck a radar station near Rybnitsa, Pridnestrovie's authorities say", "shelling", "in_force"),
    ("en", "Shells fell on the outskirts of Bender, the breakaway authorities said", "shelling", "in_force"),
    ("en", "Two Moldovan soldiers were wounded near Cocieri", "casualties", "in_force"),
    ("en", "Russia's OGRF began exercises near the Cobasna depot", "troop_movement", "in_force"),
    ("en", "Russia began removing ammunition from Kolbasna", "troop_movement", "in_force"),
    ("en", "Moldova and breakaway region sign deal on prisoner swap", "prisoner_exchange", "agreed"),
    ("en", "Talks in the 5+2 format resumed in Vienna", "talks", "in_force"),
    ("en", "Transnistria was left without gas and rolling blackouts began", "energy", "unknown"),
    ("ru", "Кишинев и Тирасполь договорились о прекращении огня", "ceasefire", "agreed"),
    ("ru", "Режим прекращения огня нарушен у Григориополя, сообщили в ОКК", "ceasefire", "violated"),
    ("ru", "В Тирасполе прогремели взрывы у здания МГБ", "offensive", "in_force"),
    ("ru", "Молдавский полицейский погиб при обстреле у Варницы", "shelling", "in_force"),
    ("ru", "Двое миротворцев ранены при обстреле поста в Бендерах", "casualties", "in_force"),
    ("ru", "ОГРВ начала учения у склада в Колбасне", "troop_movement", "in_force"),
    ("ru", "Молдова и Приднестровье обменялись пленными", "prisoner_exchange", "in_force"),
    ("ru", "В Бендерах прошла встреча политпредставителей Кишинева и Тирасполя", "talks", "in_force"),
    ("ru", "В Приднестровье без газа остались тысячи домов", "energy", "unknown"),
    ("ro", "Explozii la Tiraspol: sediul securității transnistrene a fost atacat", "romanian", "unknown"),
    ("ro", "Rusia începe retragerea trupelor din Transnistria", "romanian", "unknown"),
]

# … that are about the region, report something, and raise nothing: language, text, concept, stance.
KEPT = [
    ("en", "Moldova calls for the withdrawal of Russian troops from Transnistria", "troop_movement", "called_for"),
    ("en", "Tiraspol denies that peacekeepers opened fire in Bender", "offensive", "denied"),
    ("en", "PMR leader Krasnoselsky rejects disarmament", "disarmament", "denied"),
    ("en", "Moldova marks the anniversary of the 1992 ceasefire on the Dniester", "ceasefire", "background"),
    ("en", "Ukraine warns of a possible Russian offensive from Transnistria", "offensive", "proposed"),
    ("ru", "Санду призвала вывести российские войска из Приднестровья", "troop_movement", "called_for"),
    ("ru", "ПМР опровергает сообщения об обстреле Дубоссар", "shelling", "denied"),
    ("ru", "Годовщина перемирия 1992 года отмечается в Бендерах", "ceasefire", "background"),
    ("ru", "Красносельский предложил Кишиневу переговоры", "talks", "proposed"),
]

# … that only sound like the region, or are about another one.
ELSEWHERE = [
    ("en", "Sheriff Tiraspol sign a new coach"),
    ("en", "Sheriff Tiraspol beat Real Madrid in the Champions League"),
    ("en", "Two hurt in a fender bender near Bender Street"),
    ("en", "Aryeh Bender killed two people in the attack, Berlin police said"),
    ("en", "County sheriff's deputies shot dead a suspect"),
    ("en", "Hundreds of evacuees from Odesa cross into Moldova as missiles kill ten in Odesa"),
    ("en", "Ukraine says Russian missiles killed ten in Odesa"),
    ("en", "Israel launches a new offensive in Gaza"),
    ("ru", "Тираспольский «Шериф» победил «Зимбру» и вышел в финал Кубка"),
    ("ru", "Остап Бендер снова на экране: вышла новая комедия"),
    ("ru", "Полиция Красносельского района Петербурга задержала мужчину"),
    ("ru", "Производители колбасной продукции повысили цены"),
    ("ru", "Сборная Молдавии проиграла в Осло"),
    ("ru", "Ракеты убили десять человек в Одессе"),
    ("ro", "Guvernul de la București a aprobat bugetul"),
    ("ro", "Explozie la un depozit din Slobozia, județul Ialomița"),
]

# One name in another form: language, text, place.
NAMED = [
    ("en", "The Pridnestrovian authorities are silent", "Transnistria"),
    ("en", "Trans-Dniester's economy shrank again", "Transnistria"),
    ("en", "A road was opened in Tighina", "Bender"),
    ("en", "The school of Dubossary reopened", "Dubăsari"),
    ("en", "The Kuchurgan power plant burns coal", "Cuciurgan power station"),
    ("ru", "Власти ПМР молчат", "Transnistria"),
    ("ru", "Приднестровцы вышли на выборы", "Transnistria"),
    ("ru", "Школа открылась в Рыбнице", "Rîbnița"),
    ("ru", "Дорога из Бендер перекрыта", "Bender"),
    ("ru", "Школы Бендер закрыты", "Bender"),
    ("ru", "Цены выросли и в Кишинёве", "Chișinău"),
    ("ru", "Башкана Гагаузии ждут в суде", "Gagauzia"),
    ("ru", "Склады в Колбасне остаются закрытыми", "Cobasna"),
    ("ro", "Locuitorii Transnistriei merg la vot", "Transnistria"),
    ("ro", "Autoritățile Chişinăului au anunțat alegeri", "Chișinău"),
    ("ro", "Scoala din Ribnita s-a redeschis", "Rîbnița"),
    ("ro", "Adunarea Populară a Găgăuziei s-a întrunit", "Gagauzia"),
    ("uk", "У Тирасполі відкрили школу у Придністров'ї", "Transnistria"),
    ("tr", "Gagavuzya'da seçim yapıldı", "Gagauzia"),
]


@pytest.fixture(scope="module")
def second() -> Settings:
    """The settings of the second region."""
    return load_settings({"TRUCEWIRE_CONFIG": str(FOLDER)}, "0")


@pytest.fixture(scope="module")
def second_judge(second: Settings) -> Judge:
    """The judge that these settings make."""
    return Judge(second.profile, second.lexicons, second.rules)


def judged(judge: Judge, language: str, title: str, text: str = "") -> Judgement:
    return judge.judge(an_article(title=title, summary="", text=text, language=language))


def reports(judgement: Judgement) -> set[tuple[str, str]]:
    return {(match.concept, str(match.stance)) for match in judgement.matches}


def alerts(judgement: Judgement) -> set[tuple[str, str]]:
    return {(trace.rule_id, str(trace.match.stance)) for trace in judgement.fired if trace.match}


def test_check_finds_no_mistake_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUCEWIRE_CONFIG", str(FOLDER))

    result = CliRunner().invoke(command_line.app, ["check"])

    assert result.exit_code == 0, result.output
    assert "Transnistria" in result.output


@pytest.mark.parametrize(("language", "title", "rule", "stance"), RAISED)
def test_what_happens_there_raises_an_alert(
    second_judge: Judge, language: str, title: str, rule: str, stance: str
) -> None:
    judgement = judged(second_judge, language, title)

    assert judgement.relevance.region is Region.YES
    assert (rule, stance) in alerts(judgement)


@pytest.mark.parametrize(("language", "title", "concept", "stance"), KEPT)
def test_what_is_called_for_denied_or_past_is_kept_and_raises_nothing(
    second_judge: Judge, language: str, title: str, concept: str, stance: str
) -> None:
    judgement = judged(second_judge, language, title)

    assert judgement.relevance.region is Region.YES
    assert (concept, stance) in reports(judgement)
    assert alerts(judgement) == set()


@pytest.mark.parametrize(("language", "title"), ELSEWHERE)
def test_what_only_sounds_like_it_is_not_about_it(second_judge: Judge, language: str, title: str) -> None:
    judgement = judged(second_judge, language, title)

    assert judgement.relevance.region is Region.NO
    assert alerts(judgement) == set()


@pytest.mark.parametrize(("language", "title", "place"), NAMED)
def test_both_sides_names_and_their_forms_are_known(second_judge: Judge, language: str, title: str, place: str) -> None:
    # An ambiguous name counts in company only.
    judgement = judged(second_judge, language, title, "Tiraspol.")

    assert place in judgement.relevance.places


def test_the_news_of_the_first_region_is_not_about_the_second(second_judge: Judge) -> None:
    # Two words that name no place are unknown, and raise nothing either.
    mistaken = [
        sentence
        for sentence, language in KARABAKH
        if (judgement := judged(second_judge, language, sentence)).relevance.region is Region.YES or alerts(judgement)
    ]

    assert len(KARABAKH) > 500
    assert mistaken == []


@pytest.mark.parametrize(("language", "title"), [row[:2] for row in (*RAISED, *KEPT)])
def test_the_news_of_the_second_region_is_not_about_the_first(judge: Judge, language: str, title: str) -> None:
    judgement = judged(judge, language, title)

    assert judgement.relevance.region is Region.NO
    assert alerts(judgement) == set()


def test_the_war_next_door_raises_nothing_in_an_article_about_moldova(second_judge: Judge) -> None:
    text = (
        "Moldova opened a second post at its border.\n\n"
        "In Ukraine, Russian missiles killed ten people in Odesa.\n\n"
        "The parliament in Chisinau debates the budget."
    )

    assert alerts(judged(second_judge, "en", "Moldova debates the budget", text)) == set()


def test_it_has_the_default_rules_and_its_own(second: Settings) -> None:
    assert {rule.rule_id for rule in second.rules} == {*CONCEPTS, "energy", "romanian"}


def test_what_lies_somewhere_says_where(second: Settings) -> None:
    somewhere = {"capital", "city", "town", "village", "power station"}

    lost = [place.name for place in second.profile.places if place.kind in somewhere and place.latitude is None]
    astray = [
        place.name
        for place in second.profile.places
        if place.latitude is not None
        and place.longitude is not None
        and not (45.4 <= place.latitude <= 48.5 and 26.6 <= place.longitude <= 30.2)
    ]

    assert (lost, astray) == ([], [])


def test_the_authorities_of_each_side_are_one_voice(second: Settings) -> None:
    families = {feed.publisher: feed.family for feed in second.feeds}

    assert families["Novosti Pridnestrovya"] == families["First Transnistrian TV"] == "pmr-state"
    assert families["Moldpres"] == families["Moldova 1"] == "md-state"
    assert families["TASS"] == "ru-state"
