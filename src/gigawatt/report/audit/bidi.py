"""Arabic with numbers and Latin names in it: each foreign run isolated, so that its order holds."""

from __future__ import annotations

import html
import re

_LATIN = r"[A-Za-z0-9](?:[A-Za-z0-9.,%°²³+/&'’-]*[A-Za-z0-9%°²³+])?"
_RUN = re.compile(rf"{_LATIN}(?: {_LATIN}| %)*")


def isolate(text: str) -> str:
    """Escape a right-to-left text and set each run of Latin letters and digits in an isolate of its own.

    Neighbouring Latin words, and a number with its Latin unit, are one run, read from left to right;
    punctuation of the sentence stays outside.

    >>> isolate("تعمل 100,000 شريحة H100")
    'تعمل <bdi dir="ltr">100,000</bdi> شريحة <bdi dir="ltr">H100</bdi>'
    >>> isolate("بقدرة 1 GW.")
    'بقدرة <bdi dir="ltr">1 GW</bdi>.'
    """
    parts: list[str] = []
    end = 0
    for match in _RUN.finditer(text):
        parts += [html.escape(text[end : match.start()]), f'<bdi dir="ltr">{html.escape(match[0])}</bdi>']
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])
