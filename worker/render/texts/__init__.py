"""What Trucewire says around a quoted sentence, as data: one module a language, the same keys in each.

A text with a number has one form for each plural category that CLDR knows in its language.
"""

from worker.render.texts import az, en, hy, ka, ru, tr

LANGUAGES = {"en": en.TEXTS, "ru": ru.TEXTS, "hy": hy.TEXTS, "az": az.TEXTS, "tr": tr.TEXTS, "ka": ka.TEXTS}
