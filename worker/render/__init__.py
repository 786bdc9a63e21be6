"""An alert, several, or a notice in; a `Message` out: subject, plain text, HTML and the webhook's JSON.

What is said around a quoted sentence is data (`texts`), in six languages; the sentence stays in its own. Never sends
anything.
"""

from worker.render.catalogue import DEFAULT, Catalogue, catalogue
from worker.render.links import SNOOZE_HOURS, AlertLinks
from worker.render.messages import message_for, probe_message
from worker.render.notices import notice_words
from worker.render.texts import LANGUAGES
from worker.render.words import marked, when

__all__ = [
    "DEFAULT",
    "LANGUAGES",
    "SNOOZE_HOURS",
    "AlertLinks",
    "Catalogue",
    "catalogue",
    "marked",
    "message_for",
    "notice_words",
    "probe_message",
    "when",
]
