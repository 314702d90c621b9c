"""What a browser calls itself, in the words of people: "Firefox on Android"."""

from __future__ import annotations

import re

from django.utils.translation import gettext

# The first that fits: nearly all of them say that they are Mozilla, Chrome and Safari too.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"), ("Opera", r"OPR/|Opera"), ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"), ("Chrome", r"Chrome/|Chromium/|CriOS/|HeadlessChrome/"), ("Safari", r"Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", r"Android"), ("iPhone", r"iPhone|iPad"), ("Windows", r"Windows"), ("Mac", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)  # fmt: skip


def browser_of(agent: str) -> str:
    """What is not known stays as it was said, cut short."""
    browser, system = (
        next((name for name, pattern in known if re.search(pattern, agent)), "") for known in (_BROWSERS, _SYSTEMS)
    )
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or agent[:40]
