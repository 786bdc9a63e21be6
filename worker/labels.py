"""A headline in, what it says of the article itself out: that it is urgent, updated, corrected or withdrawn.

"(URGENT)", "UPDATE 2", "(CORRECTED)" are information, and stay in the headline as published. Pure.
"""

from __future__ import annotations

import re

# In capitals, in brackets, or before a colon or dash at the beginning: a correction in the middle of a sentence is news
# about something else. One word per language and label; case is ignored within brackets only.
_WORDS = {
    "urgent": "URGENT|BREAKING(?: NEWS)?|FLASH|ALERT|СРОЧНО|МОЛНИЯ|ՇՏԱՊ|TƏCİLİ|SON DAKİKA|FLAŞ|ACİL|სასწრაფოდ|ფლეში",
    "updated": (
        r"UPDATE(?: ?\d+)?|UPDATED|ОБНОВЛЕНО|ОБНОВЛЯЕТСЯ|ДОПОЛНЕНО|ԹԱՐՄԱՑՎԵԼ Է|ԹԱՐՄԱՑՎԱԾ|YENİLƏNİB|YENİLƏNDİ|"
        "GÜNCELLENDİ|GÜNCELLEME|განახლებულია|განახლდა|MISE À JOUR"
    ),
    "corrected": (
        "CORRECTED|CORRECTION|CORRECTS|REFILED?|ИСПРАВЛЕНО|ИСПРАВЛЕНИЕ|УТОЧНЕНИЕ|УТОЧНЕНО|ՃՇՏՈՒՄ|ՈՒՂՂՈՒՄ|ՃՇՏՎԱԾ|DÜZƏLİŞ|"
        "DƏQİQLƏŞDİRMƏ|DÜZELTME|DÜZELTİLDİ|შესწორება|შესწორებულია|დაზუსტება|RECTIFICATIF"
    ),
    "withdrawn": (
        "RETRACTED|RETRACTION|WITHDRAWN|KILL|ОТОЗВАНО|ОТЗЫВ НОВОСТИ|АННУЛИРОВАНО|ՀԵՏ Է ԿԱՆՉՎԵԼ|GERİ ÇAĞIRILIB|"
        "GERİ ÇEKİLDİ|გამოხმობილია"
    ),
}
_FORMS = {
    label: (
        re.compile(rf"[(\[](?:{words})\b[^)\]]{{0,20}}[)\]]", re.IGNORECASE),
        re.compile(rf"^\W{{0,3}}(?:{words})\s{{0,2}}[-:.․–—|!]"),
    )
    for label, words in _WORDS.items()
}


def labels_of(title: str) -> tuple[str, ...]:
    """Which of `urgent`, `updated`, `corrected`, `withdrawn` a headline says of its article."""
    return tuple(label for label, forms in _FORMS.items() if any(form.search(title) for form in forms))
