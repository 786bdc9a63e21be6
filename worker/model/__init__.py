"""The nouns: frozen dataclasses that the stages hand to each other.

No module below this one, no behaviour beyond derived properties. Times are aware datetimes in UTC; a name that ends
in `_s` is in seconds. `None` is *unknown*, never *now* and never *no*.
"""

from worker.model.alerts import Alert, Channel, Message, Notification, NotificationStatus, Silence
from worker.model.articles import Article, StoredArticle
from worker.model.judgement import (
    CONCEPTS,
    Judgement,
    Match,
    PlaceMention,
    Region,
    Relevance,
    Rule,
    RuleTrace,
    Severity,
    Span,
    Stance,
)
from worker.model.polling import Entry, Feed, FeedState, FetchRequest, FetchResponse, Outcome, ParsedFeed

__all__ = [
    "CONCEPTS",
    "Alert",
    "Article",
    "Channel",
    "Entry",
    "Feed",
    "FeedState",
    "FetchRequest",
    "FetchResponse",
    "Judgement",
    "Match",
    "Message",
    "Notification",
    "NotificationStatus",
    "Outcome",
    "ParsedFeed",
    "PlaceMention",
    "Region",
    "Relevance",
    "Rule",
    "RuleTrace",
    "Severity",
    "Silence",
    "Span",
    "Stance",
    "StoredArticle",
]
