"""The command line, run as a user would: on a database with a few articles, an alert and a failed feed in it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.factories import NOW
from tests.test_pipeline import BUDGET, CEASEFIRE, run_line
from tests.world import Item, World, rss
from worker.bootstrap import utc_now
from worker.cli import app as command_line
from worker.cli.export import harmless
from worker.database import connect
from worker.errors import FetchError, TrucewireError
from worker.judge import Judge
from worker.model import Outcome
from worker.queries.people import audit_log
from worker.settings import Settings
from worker.store import Store

CONFIG = Path(__file__).parents[1] / "config"
FORMULA = Item(3, '=HYPERLINK("https://evil.example","Baku")', "@SUM(1+1) in Baku, Azerbaijan.")


@pytest.fixture
def installation(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of an installation with an empty database; its data folder."""
    shutil.copy(migrated_sqlite, tmp_path / "trucewire.db")
    monkeypatch.setenv("TRUCEWIRE_DATA", str(tmp_path))
    monkeypatch.setenv("TRUCEWIRE_CONFIG", str(CONFIG))
    return tmp_path


@pytest.fixture
def log(installation: Path, settings: Settings, judge: Judge) -> Iterator[World]:
    """The world whose log that installation holds."""
    engine = connect(f"sqlite:///{installation / 'trucewire.db'}")
    world = World(Store.on(engine), settings, judge)
    world.publishes(rss(CEASEFIRE, BUDGET, FORMULA))
    world.publishes(
        FetchError("dead.example: no such host", Outcome.UNREACHABLE), url="https://dead.example/rss", country="GE"
    )
    run_line(world)
    yield world
    engine.dispose()


def run(*words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(command_line.app, list(words), input=stdin)


def rows(*words: str, stdin: str = "") -> list[dict[str, Any]]:
    result = run(*words, stdin=stdin)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["articles"], "Parliament in Yerevan adopts the budget"),
        (["articles", "parliam"], "Parliament in Yerevan adopts the budget"),
        (["alerts"], "ceasefire"),
        (["feeds"], "unreachable"),
        (["feeds", "--failing"], "dead.example"),
        (["polls"], "unreachable"),
        (["notifications"], "sent"),
        (["channels"], "console"),
    ],
)
def test_a_list_shows_what_is_in_the_log(log: World, words: list[str], shown: str) -> None:
    result = run(*words)

    assert result.exit_code == 0
    assert shown in result.output


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["articles"], 3),
        (["articles", "-n", "1"], 1),
        (["articles", "budget"], 1),
        (["articles", "parliament", "budget"], 1),
        (["articles", 'parliament -"adopts the budget"'], 0),
        (["articles", "--concept", "ceasefire"], 1),
        (["articles", "--concept", "ceasefire", "--stance", "denied"], 0),
        (["articles", "--region", "no"], 0),
        (["articles", "--rule", "ceasefire"], 1),
        (["articles", "--rule", "shelling"], 0),
        (["articles", "--place", "Goris"], 0),
        (["alerts", "--open", "--story", "1"], 1),
        (["alerts", "--closed"], 0),
        (["articles", "--language", "hy"], 0),
        (["articles", "--publisher", "outlet"], 3),
        (["articles", "--until", "2026-03-01"], 0),
        (["alerts", "--rule", "ceasefire", "--severity", "critical"], 1),
        (["alerts", "--rule", "shelling"], 0),
        (["feeds", "--country", "GE"], 1),
        (["feeds", "--language", "ru"], 0),
        (["polls", "--outcome", "new"], 1),
        (["polls", "--feed", "2"], 1),
        (["notifications", "--status", "pending"], 0),
        (["notifications", "--alert", "1"], 1),
    ],
)
def test_filters_narrow_a_list(log: World, words: list[str], count: int) -> None:
    assert len(rows(*words, "--json")) == count


def test_an_empty_list_says_so_and_is_no_error(installation: Path) -> None:
    result = run("alerts")

    assert result.exit_code == 0
    assert "No alert" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["feeds", "--failing", "--language", "hy"], "No feed is like that."),
        (["feeds", "--country", "XX"], "No feed is like that."),
    ],
)
def test_a_log_without_such_a_feed_says_so(log: World, words: list[str], said: str) -> None:
    assert said in run(*words).output


def test_feeds_that_all_answer_are_told_from_there_being_none(installation: Path) -> None:
    none = run("feeds", "--failing").output
    run("migrate")

    assert "No feed is watched yet" in none
    assert "No feed failed at its last poll." in run("feeds", "--failing").output


def test_an_article_is_shown_with_its_decision_trace(log: World) -> None:
    output = run("article", "1").output

    assert CEASEFIRE.title in output
    assert "region: yes" in output
    assert "✓ ceasefire" in output
    assert "· shelling" in output


def test_an_alert_is_shown_with_its_trace_and_its_notifications(log: World) -> None:
    output = run("alert", "1").output

    assert "CRITICAL" in output.upper()
    assert "rule ceasefire" in output
    assert "desk: sent" in output


def test_details_are_json_too(log: World) -> None:
    article, alert = rows("article", "1", "--json")[0], rows("alert", "1", "--json")[0]

    assert article["judgement"]["region"] == "yes"
    assert [one["status"] for one in alert["notifications"]] == ["sent"]


def test_revisions_are_shown_as_differences(log: World) -> None:
    log.passes(hours=1)
    log.documents["https://outlet.example/rss"] = rss(replace(CEASEFIRE, title="Now it reads otherwise"))
    run_line(log)

    output = run("article", "1", "--revisions").output

    assert f"-{CEASEFIRE.title}" in output
    assert "+Now it reads otherwise" in output


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["article", "99"], "there is no article 99"),
        (["alert", "99"], "there is no alert 99"),
        (["articles", "--since", "yesterday"], "time 'yesterday' is not understood"),
        (["articles", "--", "-war"], "names no word to look for"),
        (["silence", "add", "why", "--for", "soon"], "duration 'soon' is not understood"),
        (
            ["silence", "add", "why", "--for", "1h", "--rule", "nope"],
            "there is no rule 'nope'; the silence would match nothing",
        ),
        (["silence", "end", "5"], "no silence 5 is in force"),
        (["channel", "test", "nope"], "there is no channel 'nope'; "),
        (["channel", "enable", "consle"], "there is no channel 'consle'; did you mean console?"),
        (["articles", "--rule", "cease-fire"], "there is no rule 'cease-fire'; did you mean ceasefire?"),
        (["articles", "--concept", "truce"], "there is no concept 'truce'; it is one of ceasefire, "),
        (
            ["articles", "--place", "Nagorno Karabakh"],
            "there is no place 'Nagorno Karabakh'; did you mean Nagorno-Karabakh?",
        ),
        (["articles", "--feed", "99"], "there is no feed 99; see trucewire feeds"),
        (["articles", "--story", "99"], "there is no story 99; see trucewire stories"),
        (["alerts", "--rule", "Shelling!"], "there is no rule 'Shelling!'; did you mean shelling?"),
        (["alerts", "--story", "99"], "there is no story 99; see trucewire stories"),
        (["stories", "--rule", "shellin"], "there is no rule 'shellin'; did you mean shelling?"),
        (["polls", "--feed", "99"], "there is no feed 99; see trucewire feeds"),
        (["notifications", "--channel", "phone"], "there is no channel 'phone'; see trucewire channels"),
        (["notifications", "--alert", "99"], "there is no alert 99; see trucewire alerts"),
        (["export", "alerts", "--rule", "shellin"], "there is no rule 'shellin'; did you mean shelling?"),
        (
            ["silence", "add", "x", "--for", "1h", "--rule", "shellin"],
            "there is no rule 'shellin'; did you mean shelling?",
        ),
        (["poll-now", "99"], "there is no feed 99; nothing was changed; see trucewire feeds"),
        (["rejudge", "99"], "there is no article 99; nothing was changed; see trucewire articles"),
        (["opml", "import", "/nowhere.opml"], "No such file"),
        (["try", "judge", "/nowhere.jsonl"], "No such file"),
        (["export", "-o", "/nowhere/x.csv"], "give a file that can be written"),
    ],
)
def test_a_mistake_is_one_clear_line(installation: Path, words: list[str], complaint: str) -> None:
    result = run(*words)

    assert isinstance(result.exception, TrucewireError)
    assert complaint in str(result.exception)
    assert "\n" not in str(result.exception)


def test_export_writes_every_article_with_its_text(log: World, tmp_path: Path) -> None:
    result = run("export", "-o", str(tmp_path / "log.jsonl"))

    exported = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert "3 articles written" in result.output
    assert [row["id"] for row in exported] == [1, 2, 3]
    assert exported[0]["summary"].startswith("Armenia and Azerbaijan have agreed")


def test_export_of_a_story_is_written_down(log: World, tmp_path: Path) -> None:
    run("export", "story", "1", "--zip", "-o", str(tmp_path / "story.zip"))

    assert [(row["action"], row["subject"]) for row in audit_log(log.store.engine)] == [("story.export", "1")]


@pytest.mark.parametrize(("option", "number", "count"), [("--feed", "1", 3), ("--story", "1", 1)])
def test_export_takes_a_feed_or_a_story(log: World, tmp_path: Path, option: str, number: str, count: int) -> None:
    run("export", option, number, "-o", str(tmp_path / "log.jsonl"))

    assert len((tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()) == count


def test_export_takes_the_filters_of_the_log(log: World, tmp_path: Path) -> None:
    written = tmp_path / "log.jsonl"

    run("export", "articles", "--rule", "ceasefire", "--stance", "agreed", "--output", str(written))

    assert len(written.read_text().splitlines()) == 1


def test_a_feed_is_switched_off_and_reset_and_the_audit_log_says_so(log: World) -> None:
    feed_id = str(rows("feeds", "--json")[0]["id"])

    run("feed", "disable", feed_id)
    shown, off = run("feeds").output, rows("feeds", "--json")[0]
    run("feed", "reset", feed_id)
    done = [line["action"] for line in rows("audit", "--json")]

    assert (off["enabled"], "switched by" in shown) == (False, True)
    assert rows("feeds", "--json")[0]["switched_at"] is None
    assert done == ["feed.reset", "feed.disable"]
    assert "there is no feed 99" in str(run("feed", "enable", "99").exception)


def test_exported_csv_runs_nothing_in_a_spreadsheet(log: World) -> None:
    table = list(csv.DictReader(io.StringIO(run("export", "--format", "csv").stdout)))

    assert [row["title"][0] for row in table] == ["A", "P", "'"]
    assert table[2]["summary"].startswith("'@SUM")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", " =1", "\n@a", "＝1", "\r+1"])
def test_a_cell_that_begins_a_formula_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a=1", "2026-03-14", "1-2"])
def test_another_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_alerts_are_exported_too(log: World) -> None:
    assert [row["rule_id"] for row in rows("export", "alerts")] == ["ceasefire"]


def test_a_silence_says_what_it_leaves_loud(log: World) -> None:
    run("silence", "add", "an exercise", "--for", "2h", "--maximum-severity", "warning")

    assert "all, up to warning" in run("silences").output


def test_a_silence_lives_from_add_to_end(log: World) -> None:
    added = run("silence", "add", "exercise in Syunik", "--for", "2h", "--rule", "shelling")
    listed = run("silences").output
    ended = run("silence", "end", "1")

    assert "silence 1 is in force" in added.output
    assert "exercise in Syunik" in listed
    assert "silence 1 has ended" in ended.output
    assert "ended" in run("silences").output


def test_opml_goes_out_and_comes_in_again(log: World, tmp_path: Path) -> None:
    document = run("opml", "export").stdout
    (tmp_path / "feeds.opml").write_text(document.replace("dead.example", "living.example"), encoding="utf-8")

    result = run("opml", "import", str(tmp_path / "feeds.opml"))

    assert "2 feeds in the file, 1 added, 1 were there already" in result.output
    assert "https://living.example/rss" in {row["url"] for row in rows("feeds", "--json")}


def test_a_channel_is_tried_with_a_message(log: World) -> None:
    assert "test of channel console" in run("channel", "test", "console").output


def test_a_disabled_channel_is_shown_and_enabled(log: World) -> None:
    log.store.channels.disable("console", "closed", utc_now())

    before, enabled = run("channels").output, run("channel", "enable", "console").output

    assert "off" in before
    assert "channel console is enabled" in enabled
    assert log.store.channels.disabled() == {}


def test_articles_can_be_judged_anew(log: World) -> None:
    run("rejudge", "1", "2")

    waiting = log.store.articles.lease_unmatched(10, NOW, NOW)
    assert [one.article_id for one in waiting] == [1, 2]


def test_feeds_can_be_made_due(log: World) -> None:
    log.passes(seconds=1)
    assert log.store.feeds.due_feeds(log.now, 10) == []

    result = run("poll-now")

    assert "2 feeds are due now" in result.output
    assert len(log.store.feeds.due_feeds(utc_now(), 10)) == 2


def test_migrate_brings_the_feeds_in_line_with_the_settings(installation: Path, settings: Settings) -> None:
    first, second = run("migrate").output, run("migrate").output

    assert f"{len(settings.feeds)} added" in first
    assert f"0 added, {len(settings.feeds)} kept" in second


def test_check_finds_no_mistake_in_what_is_shipped(installation: Path) -> None:
    result = run("check")

    assert result.exit_code == 0
    assert "no mistake found" in result.output


def test_check_names_the_first_mistake_of_every_file(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = installation / "config"
    shutil.copytree(CONFIG, broken)
    (broken / "feeds.toml").write_text("[[publisher]]\n", encoding="utf-8")
    (broken / "channels.toml").write_text("nonsense", encoding="utf-8")
    monkeypatch.setenv("TRUCEWIRE_CONFIG", str(broken))

    result = run("check")

    assert result.exit_code == 1
    assert "feeds.toml: publisher[1].name: missing; add it" in result.output
    assert "channels.toml: not TOML" in result.output


def test_try_feed_names_what_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(CEASEFIRE))
    (tmp_path / "page.html").write_text("<html><title>Just a moment…</title></html>", encoding="utf-8")

    feed, page = rows("try", "feed", str(tmp_path / "feed.xml"), str(tmp_path / "page.html"), "--json")

    assert (feed["outcome"], feed["version"], feed["entries"][0]["title"]) == ("new", "rss20", CEASEFIRE.title)
    assert feed["entries"][0]["published_at"] == "2026-03-14T11:55:00+00:00"
    assert (page["outcome"], page["entries"]) == ("not_a_feed", [])


def test_try_feed_is_readable_by_a_person(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(CEASEFIRE))

    assert f"2026-03-14 11:55 [en] {CEASEFIRE.title}" in run("try", "feed", str(tmp_path / "feed.xml")).output


def test_try_feed_refuses_a_private_address_with_its_outcome(installation: Path) -> None:
    result = run("try", "feed", "http://127.0.0.1:1/rss", "--json")

    report = json.loads(result.stdout)
    assert (report["outcome"], report["entries"]) == ("blocked_address", [])
    assert result.exit_code == 1


def test_try_judge_reads_items_from_standard_input(installation: Path) -> None:
    items = [{"id": 1, "title": CEASEFIRE.title, "text": CEASEFIRE.text}, {"id": "b", "title": "Football in Madrid"}]

    first, second = rows("try", "judge", "-", stdin="\n".join(map(json.dumps, items)))

    assert (first["id"], first["region"], first["alerts"]) == (1, "yes", ["ceasefire"])
    assert {"concept": "ceasefire", "stance": "agreed"}.items() <= first["matches"][0].items()
    assert (second["id"], second["alerts"]) == ("b", [])


def test_try_judge_names_the_line_that_is_not_json(installation: Path) -> None:
    result = run("try", "judge", "-", stdin='{"id": 1, "title": "x"}\nnot json')

    assert "line 2: not JSON" in str(result.exception)


def test_try_page_shows_a_page_to_a_person(installation: Path, tmp_path: Path) -> None:
    body = "".join(f"<p>{CEASEFIRE.text} Paragraph {number}.</p>" for number in range(5))
    page = f"<html><head><title>{CEASEFIRE.title}</title></head><body><h1>{CEASEFIRE.title}</h1>{body}</body></html>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")

    output = run("try", "page", str(tmp_path / "page.html")).output

    assert CEASEFIRE.title in output
    assert "Paragraph 3." in output


def test_the_bytes_that_brought_an_article_are_handed_out(log: World, tmp_path: Path) -> None:
    result = run("capture", "1", "-o", str(tmp_path / "feed.xml"))

    assert (tmp_path / "feed.xml").read_bytes() == rss(CEASEFIRE, BUDGET, FORMULA)
    assert "SHA-256" in result.output
    assert "no page is kept for article 1: it was not asked for" in str(run("capture", "1", "--page").exception)


def test_try_schedule_compares_policies_at_one_budget(tmp_path: Path) -> None:
    day = 86_400
    stamps = [number * day / 6 + 3_600 * (number % 5) for number in range(240)]
    (tmp_path / "traces.jsonl").write_text(json.dumps({"feed_id": "a", "timestamps": stamps}), encoding="utf-8")

    figures = rows("try", "schedule", str(tmp_path / "traces.jsonl"), "--budget", "24", "--json")[0]
    table = run("try", "schedule", str(tmp_path / "traces.jsonl")).output

    assert set(figures) == {"fixed", "average_gap", "entry_frequency", "ours", "optimum"}
    assert set(figures["ours"]) == {"mean_s", "median_s", "p95_s", "polls"}
    assert "mean ÷ optimum" in table


def test_try_schedule_says_what_is_wrong_with_its_input(tmp_path: Path) -> None:
    (tmp_path / "traces.jsonl").write_text('{"feed_id": "a", "timestamps": [1, 2]}', encoding="utf-8")

    assert "no trace has 60 timestamps" in str(run("try", "schedule", str(tmp_path / "traces.jsonl")).exception)


JUDGE, STORIES, SCHEDULE, PAGES = ("try", "judge"), ("try", "stories"), ("try", "schedule"), ("try", "page")


@pytest.mark.parametrize("command", [JUDGE, STORIES, SCHEDULE, PAGES, ("eval",)])
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "x.jsonl: nothing in it; write one JSON object a line"),
        (b"\n \n", "x.jsonl: nothing in it; write one JSON object a line"),
        (b"\x89PNG\r\n\x1a\n\x00", "x.jsonl: line 1: not UTF-8 at byte 1; give a text file saved as UTF-8"),
        (b"{", "x.jsonl: line 1: not JSON: Expecting property name enclosed in double quotes at column 2;"),
        (b"[1, 2]", "x.jsonl: line 1: not a JSON object; write one object a line"),
        (b"[" * 100_000, "x.jsonl: line 1: not JSON"),
    ],
)
def test_what_is_no_list_of_items_is_one_clear_line(
    installation: Path, command: tuple[str, ...], content: bytes, complaint: str
) -> None:
    (installation / "x.jsonl").write_bytes(content)

    result = run(*command, str(installation / "x.jsonl"))

    assert complaint in str(result.exception)
    assert isinstance(result.exception, TrucewireError)


@pytest.mark.parametrize(
    ("command", "item", "complaint"),
    [
        (JUDGE, {"id": 1}, "line 1: title: missing; give an item a title, a summary or a text"),
        (JUDGE, {"title": 5}, "line 1: title: not a text, got 5; write it in quotes"),
        (JUDGE, {"title": "x", "id": [1]}, "line 1: id: not a name or a number, got [1]; write one of them"),
        (JUDGE, {"title": "x", "published_at": {}, "date": [2]}, "line 1: date: not a time, got [2]; write a date"),
        (STORIES, {"id": 1, "url": "https://outlet.example"}, "line 1: title: missing; give an item a title or a text"),
        (STORIES, {"title": "x", "time": 1e300}, "line 1: time: not a time, got 1e+300; write a date in quotes"),
        (("eval",), {"title": "x", "verdict": "right"}, "line 1: rule: missing; a verdict is on a rule: give its id"),
        (("eval",), {"title": "x", "events": "attack"}, 'line 1: events: not a list, got "attack"; put it in [ ]'),
        (SCHEDULE, {"timestamps": [1]}, "line 1: feed_id: missing; add what tells this feed from the others"),
        (SCHEDULE, {"feed_id": 1}, "line 1: timestamps: missing; add a list of Unix seconds"),
        (SCHEDULE, {"feed_id": 1, "timestamps": "1, 2"}, 'line 1: timestamps: not a list, got "1, 2"; write Unix'),
        (SCHEDULE, {"feed_id": 1, "timestamps": [1, "2"]}, "line 1: timestamps[2]: not a time, got '2'; write Unix"),
        (SCHEDULE, {"feed_id": 1, "timestamps": [1], "resolution_s": "h"}, "line 1: resolution_s: not a number of sec"),
        (PAGES, {"name": "a"}, "line 1: file: missing; name the page's file"),
        (PAGES, {"file": "none.html"}, "none.html: No such file or directory; give a file that can be read"),
    ],
)
def test_an_item_that_cannot_be_used_is_named_with_its_key(
    installation: Path, command: tuple[str, ...], item: dict[str, Any], complaint: str
) -> None:
    (installation / "x.jsonl").write_text(json.dumps(item), encoding="utf-8")

    result = run(*command, str(installation / "x.jsonl"))

    assert complaint in str(result.exception)
    assert str(result.exception).startswith(str(installation / "x.jsonl"))


@pytest.mark.parametrize("command", [JUDGE, STORIES, SCHEDULE, PAGES])
def test_a_folder_is_no_input(installation: Path, command: tuple[str, ...]) -> None:
    assert f"{installation}: Is a directory; give a file" in str(run(*command, str(installation)).exception)


def test_a_line_separator_within_a_text_ends_no_line(installation: Path) -> None:
    result = run("try", "judge", "-", stdin='{"id": 1, "title": "Ceasefire\N{LINE SEPARATOR}agreed"}')

    assert json.loads(result.stdout)["id"] == 1


def test_why_an_article_raised_nothing_is_told_rule_by_rule(log: World) -> None:
    told = run("why", "2").output

    assert "· ceasefire" in told
    assert "alerts: none" in told
    assert rows("why", "1", "--json")[0]["alert_ids"] == [1]


def test_verdicts_on_alerts_become_labelled_data_that_scores_the_rules(log: World, tmp_path: Path) -> None:
    run("alert", "1", "--right")
    run("alert", "1", "--wrong", "only an exercise")

    labelled = rows("export", "feedback")
    (tmp_path / "feedback.jsonl").write_text("\n".join(map(json.dumps, labelled)), encoding="utf-8")
    scores = {(row["what"], row["language"]): row for row in rows("eval", str(tmp_path / "feedback.jsonl"), "--json")}

    assert [(row["rule"], row["verdict"], row["reason"]) for row in labelled] == [
        ("ceasefire", "right", ""),
        ("ceasefire", "wrong", "only an exercise"),
    ]
    assert scores["rule ceasefire", "all"]["precision"] == 0.5
    assert "rule ceasefire" in run("eval", str(tmp_path / "feedback.jsonl")).output


def test_a_verdict_needs_an_alert_and_one_mind(log: World) -> None:
    assert "there is no alert 99" in str(run("alert", "99", "--right").exception)
    assert "right and wrong" in str(run("alert", "1", "--right", "--wrong", "x").exception)


def test_a_rule_is_tried_on_the_log(log: World, tmp_path: Path) -> None:
    rule = '[[rule]]\nid = "budget"\ntitle = "Budget"\nseverity = "info"\nany = ["budget"]\n'
    (tmp_path / "rule.toml").write_text(rule, encoding="utf-8")

    report = rows("try", "rule", str(tmp_path / "rule.toml"), "--since", "2026-01-01", "--json")[0]
    told = run("try", "rule", str(tmp_path / "rule.toml"), "--since", "2026-01-01").output

    assert (report["rule"], report["alerts"], report["added"], report["removed"]) == ("budget", 1, 1, 0)
    assert report["added_examples"][0]["title"] == BUDGET.title
    assert "budget: alerts 1, articles 1" in told


def test_try_feed_gives_every_file_its_line_and_fails_for_one_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(CEASEFIRE))

    result = run("try", "feed", str(tmp_path / "none.xml"), str(tmp_path / "feed.xml"), "--json")

    assert [json.loads(line)["outcome"] for line in result.stdout.splitlines()] == ["unreadable", "new"]
    assert result.exit_code == 1
