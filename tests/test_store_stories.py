"""Stories in the database: found by key, merged, closed when quiet; on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from tests.factories import NOW, a_judgement, a_match, a_poll_plan, a_signature, an_article, stored_feed
from worker.alerting import match_plan
from worker.model import AlertPlan, Judged, MatchPlan, Severity, Stance
from worker.queries.stories import StoryFilter, StoryQueries
from worker.store import Store
from worker.store.candidates import Candidates, Signatures, Window
from worker.stories import WINDOW, Geography, keys_of, signature_of
from worker.tables import (
    alert_articles,
    alert_updates,
    alerts,
    articles,
    claims,
    entries,
    notifications,
    signatures,
    stories,
)

SINCE = NOW - WINDOW
TITLES = (
    "Ceasefire agreed on the northern border after days of fighting",
    "Parliament of the region adopts a budget for roads",
)


def judged_of(store: Store, *numbers: int, stance: Stance = Stance.AGREED, **article: Any) -> list[Judged]:
    """Articles in the log, claimed and judged."""
    new = [an_article(number, **({"family": f"family-{number}"} | article)) for number in numbers]
    store.polls.apply_polls([a_poll_plan(*new, feed_id=1)])
    claimed = store.articles.lease_unmatched(100, NOW, NOW + timedelta(minutes=1))
    return [Judged(one, a_judgement(a_match(stance=stance))) for one in claimed]


def into(story_id: int | None, *merges: int) -> Any:
    """A decision: into this story, or one of its own; an alert is raised."""

    def place(judged: Judged, _: object, candidates: object) -> MatchPlan:
        alert = AlertPlan("ceasefire", Severity.CRITICAL, judged.judgement.matches[0], ("why",))
        return MatchPlan(judged, story_id, opens_story=story_id is None, alerts=(alert,), merges=merges)

    return place


def by_words(judged: Judged, signed: Any, candidates: Sequence[Any]) -> MatchPlan:
    """The real decision."""
    return match_plan(judged, signed, candidates, now=NOW, fresh_for=WINDOW, geography=Geography())


def rows_of(store: Store, statement: Any) -> list[tuple[Any, ...]]:
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def whole(store: Store, story_id: int) -> dict[str, Any]:
    found = StoryQueries(store.engine).story(story_id)
    assert found is not None
    return found


def test_an_article_finds_its_story_by_the_keys_they_share(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1, title=TITLES[0]), by_words, NOW, SINCE)

    store.matches.apply_matches(judged_of(store, 2, title=TITLES[0]), by_words, NOW, SINCE)

    assert len({story_id for (story_id,) in rows_of(store, select(articles.c.story_id))}) == 1
    assert rows_of(store, select(articles.c.copy_of_id).order_by(articles.c.id)) == [(None,), (1,)]


def test_articles_of_one_batch_see_each_other(store: Store) -> None:
    stored_feed(store)

    told = store.matches.apply_matches(judged_of(store, 1, 2, 3, title=TITLES[0]), by_words, NOW, SINCE)

    assert rows_of(store, select(func.count()).select_from(stories)) == [(1,)]
    assert len(told) == 1


def test_a_story_that_a_later_article_of_its_batch_shows_to_be_part_of_another_is_never_written(store: Store) -> None:
    stored_feed(store)

    def bridging(judged: Judged, signed: object, candidates: object) -> MatchPlan:
        place = into(-1, -2) if judged.stored.article_id == 3 else into(None)
        plan: MatchPlan = place(judged, signed, candidates)
        return plan

    told = store.matches.apply_matches(judged_of(store, 1, 2, 3), bridging, NOW, SINCE)

    assert rows_of(store, select(articles.c.story_id)) == [(1,), (1,), (1,)]
    assert rows_of(store, select(stories.c.id)) == [(1,)]
    assert len(told) == 1


def test_as_many_signatures_are_remembered_as_there_is_room_for_and_none_that_was_made_anew() -> None:
    kept = Signatures(most=2)
    one, two, three = (a_signature(article_id=number) for number in (1, 2, 3))
    kept.keep(one, 10)
    kept.keep(two, 10)
    kept.of(1, 10)

    kept.keep(three, 10)

    assert [kept.of(number, 10) for number in (1, 2, 3)] == [one, None, three]
    assert kept.of(3, 11) is None


def test_what_is_too_old_to_be_found_is_dropped_but_what_was_filed_last(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1, 2, title=TITLES[0]), by_words, NOW, SINCE)

    kept = store.stories.prune_keys(NOW - WINDOW)
    dropped = store.stories.prune_keys(NOW + WINDOW)

    assert (kept, dropped) == (0, 1)
    assert rows_of(store, select(signatures.c.article_id)) == [(2,)]


def found_by(store: Store, title: str) -> list[list[int]]:
    """The candidates of an article, as this process finds them and as one does that has just been started."""
    article = an_article(1000, title=title, summary="", text="")
    signed = signature_of(article, places=(), reports=(), at=NOW, article_id=1000)
    with store.engine.connect() as connection:
        return [
            [one.article_id for one in Candidates(connection, {1000: keys_of(signed)}, SINCE, window).of(1000)]
            for window in (store.matches.window, Window())
        ]


def test_an_article_that_is_judged_anew_is_found_by_what_it_says_now(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1, title=TITLES[0]), by_words, NOW, SINCE)
    store.matches.apply_matches(judged_of(store, 2, title=TITLES[0]), by_words, NOW, SINCE)
    store.articles.rematch([1])

    (again,) = judged_of(store)
    changed = replace(again.stored, article=replace(again.stored.article, title=TITLES[1], summary="", text=""))
    store.matches.apply_matches([Judged(changed, again.judgement)], by_words, NOW, SINCE)

    assert found_by(store, TITLES[0]) == [[2], [2]]
    assert found_by(store, TITLES[1]) == [[1], [1]]


def test_an_article_that_is_in_no_story_any_more_is_not_found(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1, title=TITLES[0]), by_words, NOW, SINCE)
    before = found_by(store, TITLES[0])
    store.articles.rematch([1])

    store.matches.apply_matches(judged_of(store), lambda judged, *_: MatchPlan(judged), NOW, SINCE)

    assert (before, found_by(store, TITLES[0])) == ([[1], [1]], [[], []])


def test_what_is_too_old_to_be_found_takes_no_room_in_the_index(store: Store) -> None:
    stored_feed(store)
    for number, at in ((1, NOW), (2, NOW - 2 * WINDOW)):
        judged = judged_of(store, number, title=TITLES[0], published_at=at)
        store.matches.apply_matches(judged, into(None), NOW, SINCE)

    assert found_by(store, TITLES[0]) == [[1], [1]]
    assert store.matches.window.filing.end == 1


def test_what_was_rolled_back_is_not_found(store: Store) -> None:
    stored_feed(store)
    first, second = judged_of(store, 1, 2, title=TITLES[0])

    def failing(judged: Judged, signed: Any, candidates: Sequence[Any]) -> MatchPlan:
        if judged.stored.article_id == 2:
            raise RuntimeError("the process dies")
        return by_words(judged, signed, candidates)

    with pytest.raises(RuntimeError, match="dies"):
        store.matches.apply_matches([first, second], failing, NOW, SINCE)

    assert found_by(store, TITLES[0]) == [[], []]


def test_judging_anew_replaces_what_an_article_claims(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1), into(None), NOW, SINCE)
    store.articles.rematch([1])

    store.matches.apply_matches(judged_of(store, stance=Stance.VIOLATED), into(1), NOW, SINCE)

    assert rows_of(store, select(claims.c.article_id, claims.c.stance)) == [(1, "violated")]


def test_an_alerts_first_revision_is_on_record(store: Store) -> None:
    stored_feed(store)

    store.matches.apply_matches(judged_of(store, 1), into(None), NOW, SINCE)

    recorded = select(alert_updates.c.revision, alert_updates.c.reason, alert_updates.c.article_id)
    assert rows_of(store, recorded) == [(1, "raised", 1)]
    assert rows_of(store, select(alerts.c.confirmation)) == [("single_source",)]


def test_an_independent_newsroom_confirms_an_alert_once(store: Store) -> None:
    stored_feed(store)
    told = [
        store.matches.apply_matches(judged_of(store, number), into(None if number == 1 else 1), NOW, SINCE)
        for number in (1, 2, 3)
    ]

    assert told == [[1], [1], []]
    (story,) = StoryQueries(store.engine).stories(StoryFilter())
    assert (story["confirmation"], story["families"], story["articles"]) == ("independent", 3, 3)
    assert [update["reason"] for update in whole(store, 1)["alerts"][0]["updates"]] == ["raised", "confirmed"]


def test_the_article_that_turns_an_alert_speaks_for_what_it_turned_it_to(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1), into(None), NOW, SINCE)
    (plain,) = judged_of(store, 2)
    judged = Judged(plain.stored, a_judgement(a_match(stance=Stance.DENIED), a_match(stance=Stance.IN_FORCE)))

    def fires_by_the_second_match(judged: Judged, *_: object) -> MatchPlan:
        alert = AlertPlan("ceasefire", Severity.CRITICAL, judged.judgement.matches[1], ("why",))
        return MatchPlan(judged, 1, alerts=(alert,))

    store.matches.apply_matches([judged], fires_by_the_second_match, NOW, SINCE)

    assert rows_of(store, select(alerts.c.stance, alerts.c.article_id)) == [("denied", 2)]
    spoke = select(alert_articles.c.stance).where(alert_articles.c.article_id == 2)
    assert rows_of(store, spoke) == [("denied",)]


def two_stories(store: Store, *stances: Stance) -> None:
    """Two stories with an alert each by the same rule."""
    stored_feed(store)
    for number, stance in enumerate(stances, 1):
        judged = judged_of(store, number, stance=stance, published_at=NOW - timedelta(minutes=30 - number))
        store.matches.apply_matches(judged, into(None), NOW + timedelta(minutes=number), SINCE)


def test_merged_stories_lose_nothing_and_keep_the_earlier_alert(store: Store) -> None:
    two_stories(store, Stance.AGREED, Stance.AGREED)

    told = store.matches.apply_matches(judged_of(store, 3), into(1, 2), NOW, SINCE)

    story = whole(store, 1)
    assert told == [1]
    assert [article["id"] for article in story["articles"]] == [1, 2, 3]
    assert [(alert["id"], alert["open"], alert["merged_into_id"]) for alert in story["alerts"]] == [
        (1, True, None),
        (2, False, 1),
    ]
    assert story["alerts"][1]["closed_reason"] == "part of alert 1: both report one event"
    assert rows_of(store, select(alert_articles.c.article_id).where(alert_articles.c.alert_id == 1)) == [
        (1,),
        (2,),
        (3,),
    ]
    assert (whole(store, 2)["merged_into_id"], story["merged"]) == (1, [2])


def test_the_alert_that_is_part_of_another_is_told_to_nobody_any_more(store: Store) -> None:
    two_stories(store, Stance.AGREED, Stance.AGREED)

    store.matches.apply_matches(judged_of(store, 3), into(1, 2), NOW, SINCE)

    assert [alert.alert_id for alert in store.alerts.unrouted(10)] == [1]
    assert rows_of(store, select(func.count()).select_from(notifications)) == [(0,)]


def test_what_only_the_later_alert_knew_is_told_by_the_earlier(store: Store) -> None:
    two_stories(store, Stance.AGREED, Stance.VIOLATED)

    store.matches.apply_matches(judged_of(store, 3, stance=Stance.UNKNOWN), into(1, 2), NOW, SINCE)

    (first, _) = whole(store, 1)["alerts"]
    assert (first["stance"], first["revision"]) == ("violated", 2)
    assert [(update["reason"], update["article_id"]) for update in first["updates"]] == [("raised", 1), ("turned", 2)]


def test_a_plan_for_a_story_that_was_merged_meanwhile_goes_to_the_other(store: Store) -> None:
    two_stories(store, Stance.AGREED, Stance.AGREED)
    store.matches.apply_matches(judged_of(store, 3), into(1, 2), NOW, SINCE)

    store.matches.apply_matches(judged_of(store, 4), into(2), NOW, SINCE)

    assert {article["id"] for article in whole(store, 1)["articles"]} == {1, 2, 3, 4}


def test_a_quiet_story_is_closed_with_its_alerts_and_opens_when_something_changes(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1), into(None), NOW, SINCE)
    later = NOW + timedelta(hours=49)

    early = store.stories.close_quiet(NOW, NOW + timedelta(hours=1), "quiet")
    closed = store.stories.close_quiet(NOW + timedelta(hours=1), later, "quiet")
    state = whole(store, 1)["alerts"][0]["closed_reason"]
    store.matches.apply_matches(judged_of(store, 2, family="family-1"), into(1), later, SINCE)
    repeated = whole(store, 1)
    store.matches.apply_matches(judged_of(store, 3), into(1), later, SINCE)

    assert (early, closed, state) == (0, 1, "quiet")
    assert (repeated["open"], repeated["alerts"][0]["open"]) == (True, False)
    assert whole(store, 1)["alerts"][0]["open"]


def test_two_workers_at_once_make_the_stories_of_one(store: Store) -> None:
    stored_feed(store)
    judged = [
        Judged(one.stored, one.judgement)
        for title in TITLES
        for one in judged_of(store, *range(TITLES.index(title) * 20, TITLES.index(title) * 20 + 20), title=title)
    ]
    told: list[int] = []

    def work(share: Sequence[Judged]) -> None:
        for one in share:
            told.extend(store.matches.apply_matches([one], by_words, NOW, SINCE))

    workers = [threading.Thread(target=work, args=(judged[half::2],)) for half in (0, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    sizes = select(func.count(articles.c.id)).group_by(articles.c.story_id).order_by(articles.c.story_id)
    assert rows_of(store, sizes) == [(20,), (20,)]
    assert len(rows_of(store, select(alerts.c.id))) == 2


# queries


def test_a_poll_waits_for_no_article_that_is_being_judged(postgresql_engine: Engine) -> None:
    store = Store.on(postgresql_engine)
    first, second = stored_feed(store), stored_feed(store, url="https://other.example/feed")
    judged = judged_of(store, 1)

    def place(one: Judged, signed: object, candidates: object) -> MatchPlan:
        store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=second)])
        plan: MatchPlan = into(None)(one, signed, candidates)
        return plan

    store.matches.apply_matches(judged, place, NOW, SINCE)

    assert rows_of(store, select(entries.c.feed_id).order_by(entries.c.feed_id)) == [(first,), (second,)]


def test_stories_are_listed_newest_first_and_page_by_page(store: Store) -> None:
    two_stories(store, Stance.AGREED, Stance.VIOLATED)
    queries = StoryQueries(store.engine)

    first = queries.stories(StoryFilter(), 1)
    second = queries.stories(StoryFilter(), 1, before=(first[0]["last_at"], first[0]["id"]))

    assert [row["id"] for row in (*first, *second)] == [2, 1]
    assert queries.stories(StoryFilter(), 1, before=(second[0]["last_at"], second[0]["id"])) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (StoryFilter(open=True), [2, 1]),
        (StoryFilter(open=False), []),
        (StoryFilter(alerted=True), [2, 1]),
        (StoryFilter(alerted=False), []),
        (StoryFilter(rule="ceasefire"), [2, 1]),
        (StoryFilter(rule="shelling"), []),
        (StoryFilter(concept="ceasefire"), [2, 1]),
        (StoryFilter(language="hy"), []),
        (StoryFilter(place="Lachin"), [2, 1]),
        (StoryFilter(place="Lach"), []),
        (StoryFilter(confirmation="single_source"), [2, 1]),
        (StoryFilter(since=NOW + timedelta(seconds=90)), [2]),
        (StoryFilter(until=NOW + timedelta(seconds=90)), [1]),
    ],
)
def test_stories_are_filtered(store: Store, wanted: StoryFilter, found: list[int]) -> None:
    two_stories(store, Stance.AGREED, Stance.VIOLATED)

    assert [row["id"] for row in StoryQueries(store.engine).stories(wanted)] == found


def test_a_story_says_who_claims_what_and_whose_voices_those_are(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1), into(None), NOW, SINCE)
    store.matches.apply_matches(judged_of(store, 2, stance=Stance.DENIED), into(1), NOW, SINCE)

    story = whole(store, 1)

    assert [(claim["stance"], claim["family"], claim["language"], claim["url"]) for claim in story["claims"]] == [
        ("agreed", "family-1", "en", "https://outlet.example/1"),
        ("denied", "family-2", "en", "https://outlet.example/2"),
    ]
    assert [(report["says"], [voice["voice"] for voice in report["voices"]]) for report in story["reports"]] == [
        ("denied", ["family-2"]),
        ("holds", ["family-1"]),
    ]
    assert [event["kind"] for event in story["timeline"]] == ["article", "article", "raised", "turned"]


def test_an_alert_is_raised_before_it_changes_though_the_worker_that_changed_it_began_earlier(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1), into(None), NOW, SINCE)
    earlier = NOW - timedelta(seconds=1)
    store.matches.apply_matches(judged_of(store, 2, stance=Stance.DENIED), into(1), earlier, SINCE)

    timeline = whole(store, 1)["timeline"]

    assert [(event["kind"], event["at"]) for event in timeline[2:]] == [("raised", NOW), ("turned", earlier)]


def test_a_story_goes_by_its_most_telling_articles_headline_in_the_readers_language(store: Store) -> None:
    stored_feed(store)
    store.matches.apply_matches(judged_of(store, 1, title="Atəşkəs", language="az"), into(None), NOW, SINCE)

    before = StoryQueries(store.engine).stories(StoryFilter())[0]
    store.matches.apply_matches(judged_of(store, 2, title="Ceasefire agreed", language="en"), into(1), NOW, SINCE)
    after = StoryQueries(store.engine).stories(StoryFilter())[0]

    assert (before["title"], before["language"]) == ("Atəşkəs", "az")
    assert (after["title"], after["language"], after["titled_by_id"]) == ("Ceasefire agreed", "en", 2)


def test_an_unknown_story_is_none(store: Store) -> None:
    assert StoryQueries(store.engine).story(1) is None
