"""What judging an article costs, beside a regular expression and Aho-Corasick alone: `python -m bench.judge`.

CPU time of one core, the best of many runs, for articles of about 4 KB: made up here, one about a conflict in each of
three languages and one about a town council. `re` and Aho-Corasick only find words; the judge also folds, cuts
sentences, weighs places, reads stances and tries every rule, so the ratios are the point, not the times.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ahocorasick_rs

from worker.judge import Judge
from worker.model import Article, Rule, Severity
from worker.settings.lexicons import read_lexicons
from worker.settings.region import read_region
from worker.settings.rules import read_rules

CONFIG = Path(__file__).parents[1] / "config"
SIZE = 4096  # bytes of an article in UTF-8
RUNS = 200
TERM_COUNTS = (2_000, 20_000)

TOWN = (
    "The council discussed the budget of the town with its citizens, who had many questions about schools and roads. "
    "A new library opens on Saturday, and the old bridge is closed until the autumn because its railings are loose. "
)
BACKGROUND = {
    "en": "The ministry said in a statement that prices of bread and fuel had risen again, and shops closed. ",
    "ru": "Министерство сообщило, что цены на хлеб и топливо вновь выросли, а магазины закрылись раньше. ",
    "hy": "Նախարարությունը հայտնել է, որ հացի և վառելիքի գները կրկին բարձրացել են, իսկ խանութները շուտ են փակվել։ ",
}
NEWS = {
    "en": "Armenia and Azerbaijan agreed to a ceasefire near Lachin on Tuesday. Two soldiers were wounded near Goris. ",
    "ru": "Армения и Азербайджан договорились о прекращении огня у Лачина. Под Горисом ранены двое военнослужащих. ",
    "hy": "Հայաստանն ու Ադրբեջանը համաձայնել են հրադադարի շուրջ։ Գորիսի մոտ երկու զինծառայող է վիրավորվել։ ",
}


@dataclass(frozen=True)
class Sample:
    """One article to judge."""

    name: str
    article: Article


def samples() -> list[Sample]:
    """A quarter of news of the conflict and three quarters of other sentences, as in real articles; and a town's."""
    made = [_sample(language, NEWS[language] + BACKGROUND[language] * 3, language) for language in NEWS]
    return [*made, _sample("town", TOWN, "en")]


def _sample(name: str, text: str, language: str) -> Sample:
    body = (text * (SIZE // len(text) + 1)).encode()[:SIZE].decode(errors="ignore")
    return Sample(name, Article(key=name, identity=name, url="", title=text[:60], text=body, language=language))


def own_words(count: int) -> list[str]:
    """`count` words of a rule's own: pronounceable, different, and absent from every article."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    size = len(syllables)
    return [
        syllables[n % size] + syllables[n // size % size] + syllables[n * 7 // size % size] + "x" for n in range(count)
    ]


def best(work: Callable[[], object], runs: int = RUNS) -> float:
    """The least CPU time of `work` in µs: what is left when nothing else disturbs."""
    least = float("inf")
    for _ in range(runs):
        begun = time.process_time_ns()
        work()
        least = min(least, time.process_time_ns() - begun)
    return least / 1_000


def judge_of(words: list[str]) -> Judge:
    """The default judge, and a rule with `words` of its own."""
    own = Rule("own", "Own words", Severity.INFO, any=tuple(words))
    rules = (*read_rules(CONFIG / "rules.toml"), own)
    return Judge(read_region(CONFIG / "region.toml"), read_lexicons(), rules)


def compared(sample: Sample, words: list[str], judge: Judge) -> tuple[float, float, float]:
    """CPU µs of `re`, of Aho-Corasick and of the judge on one sample."""
    text, article = sample.article.text, sample.article
    alternation = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")
    automaton = ahocorasick_rs.AhoCorasick(words)
    return (
        best(lambda: alternation.findall(text.lower()), runs=5),
        best(lambda: automaton.find_matches_as_indexes(text.lower())),
        best(lambda: judge.judge(article)),
    )


def main(arguments: Sequence[str] = ()) -> None:
    """Print one line for each article and number of terms; `arguments` are those numbers, where given."""
    print(f"{'article':8} {'terms':>7} {'re':>9} {'Aho-Corasick':>13} {'judge':>8}   judge/re  judge/Aho-Corasick   µs")
    for count in map(int, arguments) if arguments else TERM_COUNTS:
        words = own_words(count)
        judge = judge_of(words)
        for sample in samples():
            by_re, by_automaton, by_judge = compared(sample, words, judge)
            print(
                f"{sample.name:8} {count:7} {by_re:9.0f} {by_automaton:13.0f} {by_judge:8.0f}"
                f" {by_judge / by_re:10.2f} {by_judge / by_automaton:19.1f}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
