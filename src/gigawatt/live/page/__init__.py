"""The page of a cluster: one document that the controller serves, and that asks for nothing but the cluster.

The document holds no data and needs no token; its program reads with a key that may only look. The key comes
in the part of the address that a browser never sends, so it is in nobody's log.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from functools import cache
from importlib.resources import files

from gigawatt.live.page.words import WORDS

SHARED_SCRIPTS = ("core.js", "theme.js")
SCRIPTS = ("asking.js", "tables.js", "nodes.js", "sections.js", "log.js", "main.js")
SHARED_STYLES = ("base.css", "figure.css", "print.css")
_DATA = '{{"words":{words}}}'


@cache
def document() -> tuple[bytes, dict[str, str]]:
    """Return the page and its headers; the same bytes for everybody.

    >>> page, headers = document()
    >>> page[:15], "connect-src 'self'" in headers["Content-Security-Policy"]
    (b'<!doctype html>', True)
    """
    program = _joined(SHARED_SCRIPTS, SCRIPTS)
    script = f'(function () {{\n"use strict";\n{program}\n}})();\n'
    style = _joined(SHARED_STYLES, ("page.css",))
    words = json.dumps(WORDS, separators=(",", ":")).replace("<", "\\u003c")
    page = (
        '<!doctype html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="data:,">\n<title>{html.escape(WORDS["title"])}</title>\n'
        f'<style>{style}</style>\n</head>\n<body>\n<div id="page"></div>\n'
        f"<noscript>{html.escape(WORDS['noscript'])}</noscript>\n"
        f'<script type="application/json" id="payload">{_DATA.format(words=words)}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )
    return page.encode(), {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; connect-src 'self'; "
            "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def _joined(shared: tuple[str, ...], own: tuple[str, ...]) -> str:
    parts = [files("gigawatt.report") / "page" / name for name in shared]
    parts += [files("gigawatt.live") / "page" / name for name in own]
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
