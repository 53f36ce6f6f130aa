"""What a browser says of itself, as a person would say it."""

from collections.abc import Mapping

_BROWSERS: Mapping[str, str] = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
"""By what its `User-Agent` holds; the first that fits, as most of them claim to be others, too."""
_SYSTEMS: Mapping[str, str] = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def browser_and_system(agent: str) -> tuple[str, str]:
    """The browser and what it runs on; "" for what is not known.

    Args:
        agent: The `User-Agent`. It is what the browser says: a hint for its owner, and nothing to rely on.
    """
    return _first(_BROWSERS, agent), _first(_SYSTEMS, agent)


def _first(names: Mapping[str, str], agent: str) -> str:
    return next((name for mark, name in names.items() if mark in agent), "")
