"""Pictures of every place: `make screenshots`, or with `--readme` those of the README.

They go into `.local/screenshots`, where `index.html` shows them side by side. The tenant is called by plausible names.
"""

import argparse
import base64
import html
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.browser.chromium import NARROW, WIDE, chromium, sign_in
from tests.browser.places import PLACES, Place, go
from tests.tenants.building import Tenant
from tests.tenants.inhabited import inhabited

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".local" / "screenshots"
IMAGES = ROOT / "docs" / "images"
PEOPLE = 60
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = {"wide": WIDE, "narrow": NARROW}
VARIANTS = tuple(f"{size}-{scheme}" for size in SIZES for scheme in SCHEMES)

README = ("provider", "mapping-edit", "user-roles", "activities")
"""What the README shows, by name."""
README_SIZE = {"width": 1200, "height": 760}
README_WIDTH = 960
MOST_BYTES = 120_000
SCALE = """async ({ url, width }) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = new OffscreenCanvas(width, Math.round(image.height * width / image.width));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
  return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""));
}"""


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="place", help="only these; all if none is named")
    parser.add_argument("--readme", action="store_true", help="the pictures of the README, into docs/images")
    arguments = parser.parse_args()
    names = README if arguments.readme else arguments.names or [place.name for place in PLACES]
    places = [place for place in PLACES if place.name in names]
    with (
        tempfile.TemporaryDirectory() as folder,
        inhabited(Path(folder), "plain", people=PEOPLE) as (url, tenant),
        chromium() as browser,
    ):
        pages = visited(browser, f"{url}/console", tenant, places)
        if arguments.readme:
            picture_readme(browser, pages)
        else:
            picture_all(pages)


def visited(browser: Browser, console: str, tenant: Tenant, places: Sequence[Place]) -> Iterator[tuple[Place, Page]]:
    """Each place, on a page."""
    for place in places:
        context = browser.new_context(viewport=WIDE, locale="en-GB", reduced_motion="reduce")
        if not place.is_public:
            sign_in(context, console, tenant.cookie)
        page = context.new_page()
        go(page, console, tenant, place)
        yield place, page
        context.close()


def picture_all(pages: Iterator[tuple[Place, Page]]) -> None:
    """Every place light and dark, wide and narrow, and the sheet that shows them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for place, page in pages:
        for variant in VARIANTS:
            size, scheme = variant.split("-")
            page.set_viewport_size(SIZES[size])
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=FOLDER / f"{place.name}-{variant}.png", full_page=not place.opens)
        print(place.name, flush=True)  # noqa: T201 - a program that people run
    (FOLDER / "index.html").write_text(sheet(), "utf-8")


def sheet() -> str:
    """A page with all pictures that there are."""
    rows = "".join(
        f"<h2>{html.escape(place.name)}</h2><div>"
        + "".join(
            f'<a href="{place.name}-{each}.png"><img loading="lazy" src="{place.name}-{each}.png"></a>'
            for each in VARIANTS
        )
        + "</div>"
        for place in PLACES
        if (FOLDER / f"{place.name}-{VARIANTS[0]}.png").exists()
    )
    style = "body{font-family:sans-serif;background:#888}div{display:flex;gap:1rem;align-items:start}img{height:26rem}"
    return f'<!doctype html><meta charset="utf-8"><title>Every place</title><style>{style}</style>{rows}'


def picture_readme(browser: Browser, pages: Iterator[tuple[Place, Page]]) -> None:
    """A few, made small."""
    IMAGES.mkdir(exist_ok=True)
    studio = browser.new_page()
    for place, page in pages:
        page.set_viewport_size(README_SIZE)
        picture = base64.b64encode(page.screenshot()).decode()
        small = studio.evaluate(SCALE, {"url": f"data:image/png;base64,{picture}", "width": README_WIDTH})
        content = base64.b64decode(small)
        assert len(content) < MOST_BYTES, f"{place.name} has {len(content):,} bytes"
        (IMAGES / f"{place.name}.webp").write_bytes(content)
        print(place.name, f"{len(content):,} bytes", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
