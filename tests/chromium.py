"""A real Chromium that looks at pages and writes down what is wrong with them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Error, Page, sync_playwright

SERIOUS = {"serious", "critical"}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TRANSFERRED = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter(one => !one.name.includes("/live")).reduce((sum, one) => sum + one.transferSize, 0)"""


@dataclass
class Visit:
    """A page that is open, and what went wrong on it."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def opens(self, path: str) -> Page:
        """Go there and wait until it stands."""
        self.page.goto(self.address + path, wait_until="load")
        return self.page

    def watches(self) -> None:
        """Write down errors, requests that leave the host, and scripts that should not run."""
        self.page.on("console", lambda said: self._complained(said.type, said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda asked: self._left(asked.url))
        self.page.on("dialog", self._ran)

    def serious_faults(self) -> list[str]:
        """What axe-core finds on the page that keeps somebody from reading it."""
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in Axe().run(self.page).response["violations"]
            if one["impact"] in SERIOUS
        ]

    def _complained(self, kind: str, text: str) -> None:
        if kind == "error":
            self.faults.append(text)

    def _ran(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _left(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"left the host: {url}")


@contextmanager
def chromium_of_this_machine() -> Iterator[Browser]:
    """The browser; skips the test where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error:
            pytest.skip("there is no Chromium on this machine")
        yield browser
        browser.close()


@contextmanager
def visiting(chromium: Browser, address: str, width: int = 1440, theme: str = "light") -> Iterator[Visit]:
    """A first visitor, with an empty cache."""
    scheme = "dark" if theme == "dark" else "light"
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    visit = Visit(context.new_page(), address)
    visit.watches()
    yield visit
    context.close()
