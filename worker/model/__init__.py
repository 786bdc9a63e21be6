"""The nouns: frozen dataclasses that the stages hand to each other.

No module below this one, no behaviour beyond derived properties. Times are aware datetimes in UTC; a name that ends
in `_s` is in seconds. `None` is *unknown*, never *now* and never *no*.
"""

from worker.model.alerts import Alert, Channel, Message, Notification, NotificationStatus, Silence
from worker.model.articles import Article, Page, StoredArticle
from worker.model.judgement import (
    CONCEPTS,
    ConceptName,
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
from worker.model.lexicons import ConceptTerms, Cue, Lexicon, Place, Profile
from worker.model.plans import (
    AlertPlan,
    Capture,
    Judged,
    KnownArticle,
    MatchPlan,
    NotificationPlan,
    PollPlan,
    Revised,
    StorySignature,
)
from worker.model.polling import (
    Entry,
    Feed,
    FeedState,
    FetchLimits,
    FetchRequest,
    FetchResponse,
    FullText,
    Outcome,
    ParsedFeed,
)

__all__ = [
    "CONCEPTS",
    "Alert",
    "AlertPlan",
    "Article",
    "Capture",
    "Channel",
    "ConceptName",
    "ConceptTerms",
    "Cue",
    "Entry",
    "Feed",
    "FeedState",
    "FetchLimits",
    "FetchRequest",
    "FetchResponse",
    "FullText",
    "Judged",
    "Judgement",
    "KnownArticle",
    "Lexicon",
    "Match",
    "MatchPlan",
    "Message",
    "Notification",
    "NotificationPlan",
    "NotificationStatus",
    "Outcome",
    "Page",
    "ParsedFeed",
    "Place",
    "PlaceMention",
    "PollPlan",
    "Profile",
    "Region",
    "Relevance",
    "Revised",
    "Rule",
    "RuleTrace",
    "Severity",
    "Silence",
    "Span",
    "Stance",
    "StoredArticle",
    "StorySignature",
]
