"""The dashboards, really served and looked at with a real browser."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from ingest.paths import ROOT, Paths
from tests.conftest import Warehouse
from warehouse import versions

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOST = "127.0.0.1"
WIDE, PHONE = 1366, 390
HEIGHT = 900
PATIENCE = 20_000  # ms


@dataclass(frozen=True)
class Server:
    """The dashboards, served on a data folder of their own."""

    port: int
    data: Path

    @property
    def paths(self) -> Paths:
        return Paths(root=ROOT, data=self.data)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"


@dataclass
class Visit:
    """A page of the browser, with everything that went wrong in it."""

    page: Page
    server: Server
    width: int
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.server.address}/{path}")
        self.settled()

    def follow(self, link: str, title: str) -> None:
        """Go to a page as a reader does: from the front page."""
        self.open()
        if link != "Panoramica":
            self.page.locator(".st-key-guida").get_by_role("link", name=link).click()
        expect(self.page.locator("h1")).to_have_text(title)
        self.settled()

    def settled(self) -> None:
        """Wait until the page is drawn whole: the run ended, each chart has its picture."""
        expect(self.page.locator("h1")).to_be_visible()
        self.page.wait_for_function(
            """() => {
                const app = document.querySelector('[data-testid=stApp]');
                const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
                return app && app.getAttribute('data-test-script-state') === 'notRunning'
                    && !document.querySelector('[data-testid=stSkeleton]')
                    && charts.every(chart => chart.querySelector('svg.marks, canvas.marks'));
            }"""
        )

    def choose(self, key: str, option: str) -> None:
        """Choose in a list."""
        box = self.page.locator(f".st-key-{key}")
        box.scroll_into_view_if_needed()
        self.page.wait_for_timeout(300)  # a list that is open closes when the page scrolls
        box.get_by_role("button").click()
        self.page.evaluate(
            """() => {
                window.runsSeen = 0;
                new MutationObserver(changes => { window.runsSeen += changes.length; }).observe(
                    document.querySelector('[data-testid=stApp]'),
                    {attributes: true, attributeFilter: ['data-test-script-state']},
                );
            }"""
        )
        self.page.get_by_role("option", name=option, exact=True).click()
        expect(box.get_by_role("combobox")).to_have_value(option)
        self.page.wait_for_function("() => window.runsSeen > 0")  # on a busy machine it starts late
        self.settled()

    def rerun(self) -> None:
        """Wait for the run that follows a choice."""
        self.page.wait_for_timeout(300)  # the run starts a moment after the choice
        self.settled()

    def text(self, selector: str) -> str:
        """All the text of some elements, with plain spaces."""
        return " ".join(self.page.locator(selector).all_inner_texts()).replace("\u00a0", " ")

    def chart_is_whole(self, position: int) -> None:
        """No text of a chart is cut by its edges, none is shortened, and the axis reads as an Italian one."""
        chart = self.page.locator('[data-testid="stVegaLiteChart"]').nth(position)
        found = chart.evaluate(
            """chart => {
                const svg = chart.querySelector('svg.marks');
                const frame = svg.getBoundingClientRect();
                const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim());
                return {
                    width: frame.width, height: frame.height,
                    texts: texts.map(text => text.textContent),
                    outside: texts.filter(text => {
                        const box = text.getBoundingClientRect();
                        return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
                            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
                    }).map(text => text.textContent),
                    marks: [...svg.querySelectorAll('.mark-rect.role-mark path, .mark-line.role-mark path')]
                        .filter(mark => mark.getBBox().width > 0).length,
                };
            }"""
        )
        assert found["width"] > 250 and found["height"] > 60, found
        assert found["outside"] == []
        assert found["marks"] > 0
        assert not any("…" in text or "..." in text for text in found["texts"])
        assert not any("," in text and text.replace(",", "").isdigit() for text in found["texts"] if len(text) > 6)

    def fits(self) -> None:
        """Nothing but a table in its own frame is wider than the screen."""
        wide = self.page.evaluate(
            """() => {
                const main = document.querySelector('[data-testid=stMain]');
                return [document.documentElement.scrollWidth - window.innerWidth, main.scrollWidth - main.clientWidth];
            }"""
        )
        assert max(wide) <= 0

    def resize(self, width: int) -> None:
        """Go on with a screen of another width."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.rerun()

    def screenshot(self, name: str, *, whole: bool = True) -> Path:
        """Keep a picture of the whole page, as tall as what it holds, or of the screen."""
        folder = Path(os.environ.get("AMBITO_SCREENSHOTS") or ROOT / "data" / "screenshots")
        folder.mkdir(parents=True, exist_ok=True)
        tall = HEIGHT
        if whole:
            tall = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        self.page.set_viewport_size({"width": self.width, "height": int(tall)})
        self.rerun()
        target = folder / f"{name}-{self.width}.png"
        self.page.screenshot(path=target)
        self.page.set_viewport_size({"width": self.width, "height": HEIGHT})
        return target

    def download(self, key: str, folder: Path, beginning: str, ending: str) -> bytes:
        """Press a button that downloads, and read what comes."""
        with self.page.expect_download() as started:
            self.page.locator(f".st-key-{key} button").click()
        name = started.value.suggested_filename
        assert name.startswith(beginning)
        assert name.endswith(ending)
        started.value.save_as(folder / name)
        return (folder / name).read_bytes()

    def check(self) -> None:
        """Nothing went wrong, nothing left this machine."""
        assert self.page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]').count() == 0
        assert self.errors == []
        assert self.foreign == []


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is missing: install Debian's chromium to run the browser tests"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    with playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as opened:
        yield opened


@pytest.fixture(scope="session")
def server(built: Warehouse, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(copied(built, tmp_path_factory.mktemp("servito"))) as running:
        yield running


@pytest.fixture
def own_server(built: Warehouse, browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """A server on a copy of the published data, to publish in and to break."""
    with serving(copied(built, tmp_path)) as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens pages of the browser; closed at the end."""
    with contextlib.ExitStack() as opened:

        def new(server: Server, width: int = WIDE) -> Visit:
            context = opened.enter_context(
                browser.new_context(viewport={"width": width, "height": HEIGHT}, accept_downloads=True, locale="en-US")
            )
            context.set_default_timeout(PATIENCE)
            return watched(context.new_page(), server, width)

        yield new


def watched(page: Page, server: Server, width: int) -> Visit:
    seen = Visit(page, server, width)

    def console(message: object) -> None:
        # Streamlit looks for its own address beside a direct link first, then at the root
        probing = urlsplit(message.location["url"]).path.endswith(("/_stcore/health", "/_stcore/host-config"))  # type: ignore[attr-defined]
        if message.type == "error" and not probing:  # type: ignore[attr-defined]
            seen.errors.append(message.text)  # type: ignore[attr-defined]

    def request(request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != HOST:
            seen.foreign.append(url)

    page.on("console", console)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", request)
    page.on("websocket", lambda socket: seen.foreign.append(socket.url) if f"//{HOST}:" not in socket.url else None)
    return seen


def copied(built: Warehouse, target: Path) -> Path:
    shutil.copytree(built.data / "published", target / "published")
    return target


@contextlib.contextmanager
def serving(data: Path) -> Iterator[Server]:
    """Serve the dashboards as the office does, and stop them whatever happens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    running = Server(port, data)
    environment = {**os.environ, "AMBITO_ROOT": str(ROOT), "AMBITO_DATA": str(data)}
    with (data / "server.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "warehouse.cli", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own: what it starts ends with it
        )
        try:
            _wait_for(running, process, data / "server.log")
            yield running
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=10)


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode}: {log.read_text()}")
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"the server does not answer: {log.read_text()}")


def publish_another(server: Server, change: Callable[[duckdb.DuckDBPyConnection], object]) -> versions.Version:
    """Publish a version that differs from the one served, as a build does: aside, then the pointer."""
    before = versions.current(server.paths)
    name = "20991231T235959Z-00000000"
    database = versions.database_path(server.paths, name)
    shutil.copyfile(before.database, database)
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        change(con)
    record = {**before.record, "versione": name}
    versions.record_path(server.paths, name).write_text(json.dumps(record), encoding="utf-8")
    return versions.switch(server.paths, name)
