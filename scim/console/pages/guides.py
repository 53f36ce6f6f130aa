"""Help: the guides (R122)."""

from scim.admin.problems import Missing
from scim.console import guides
from scim.console.guides import CONTENTS, NAMES, guide
from scim.console.routing import Page
from scim.console.views import Outcome, view
from scim.console.visits import Visit
from scim.sentences import Sentence

HELP = "help"


async def show_contents(visit: Visit) -> Outcome:
    """All guides."""
    tag = visit.language.tag
    contents = [(heading, [guide(name, tag) for name in names]) for heading, names in CONTENTS.items()]
    values = guides.values(visit.services.scim_base_url)
    return view("help/contents.html", contents=contents, scim_url=values["scim-url"])


async def show(visit: Visit) -> Outcome:
    """A guide."""
    name, tag = visit.path["guide"], visit.language.tag
    if name not in NAMES:
        raise Missing(Sentence("There is no such guide."))
    at = NAMES.index(name)
    shown = guide(name, tag)
    return view(
        "help/guide.html",
        guide=shown,
        parts=shown.filled(guides.values(visit.services.scim_base_url)),
        before=guide(NAMES[at - 1], tag) if at else None,
        after=guide(NAMES[at + 1], tag) if at + 1 < len(NAMES) else None,
    )


PAGES = (
    Page(path=f"/{HELP}", show=show_contents, place=HELP),
    Page(path=f"/{HELP}/{{guide}}", show=show, place=HELP),
)
