"""A page in a real browser: opened offline, listened to, and looked over for what is cut off or overlaps."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

OVERLAPS = """
() => {
  const found = [...document.querySelectorAll('.verdict h3, .hero strong, .hero span, .told > *, .facts > div')];
  const boxes = found.map(one => [one.textContent.trim().slice(0, 30), one.getBoundingClientRect()]);
  const hits = [];
  boxes.forEach(([name, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {
    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
      hits.push([name, other]);
  }));
  return hits;
}
"""
CHART_OVERLAPS = """
() => [...document.querySelectorAll('svg.chart')].flatMap(chart => {
  const boxes = [...chart.querySelectorAll('text')].map(one => [one.textContent, one.getBoundingClientRect()]);
  return boxes.flatMap(([name, a], place) => boxes.slice(place + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2)
    .map(([other]) => [name, other]));
})
"""
CUT_OFF = """
() => [...document.querySelectorAll('svg.chart')].flatMap(chart => {
  const room = chart.closest('figure').getBoundingClientRect();
  return [...chart.querySelectorAll('text')]
    .map(one => [one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.left < room.left - 1 || box.right > Math.min(room.right, innerWidth) + 1)
    .map(([words]) => words);
})
"""
OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's chromium, headless; the test is skipped where it or playwright is absent."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Debian's chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--headless"]
        )
        yield launched
        launched.close()


@contextmanager
def opened(browser: Any, path: Path, width: int = 1280, scheme: str = "light") -> Iterator[tuple[Any, list[str]]]:
    """The page, unfolded, and all that it says or asks for: messages, errors, dialogs, requests that leave it."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on("request", lambda request: heard.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(path.as_uri())
    page.evaluate(UNFOLD)
    yield page, heard
    context.close()


def troubles(page: Any) -> dict[str, object]:
    """What is wrong with how the page looks, by kind; only what is true or not empty."""
    found = {
        "wider than its window": page.evaluate(OVERFLOWS),
        "cut off": page.evaluate(CUT_OFF),
        "text on text in a chart": page.evaluate(CHART_OVERLAPS),
        "text on text in an answer": page.evaluate(OVERLAPS),
    }
    return {name: value for name, value in found.items() if value}
