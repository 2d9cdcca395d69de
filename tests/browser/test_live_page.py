"""A station's live page in a real browser, beside a real watch: what a clerk sees when a scan falls into the folder."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from PIL import Image, ImageFilter
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.support.browser import measure_contrasts, running_browser, set_width
from tests.support.inbox import NUMBER, open_watched, put
from tests.support.minio_server import free_port
from tests.support.processes import wait_for
from tests.support.sohoa_command import SohoaCommand
from tests.unit.ocr.drawing import draw_page

HOSTILE = "<img src=x onerror=document.body.remove()>.pdf"
HOSTILE_STATION = "\"><script>document.body.remove()<script>'&amp;"
INTRUDE = """
document.body.append(Object.assign(document.createElement("script"), {textContent: "window.ran = true"}));
document.body.append(Object.assign(new Image(), {src: "http://example.invalid/"}));
"""
METRE_PX = 30  # an em of 8 mm on a common screen: capitals of 6 mm, which good eyes read at two metres
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Counter:
    """What stands on a clerk's desk: the folder of the scanner, and a browser."""

    inbox: Path
    address: str
    browser: Chrome

    def open(self, station: str) -> None:
        """Open a station's page, and forget what the browser told before."""
        (self.inbox / station).mkdir(parents=True, exist_ok=True)
        self.browser.get("about:blank")
        for kind in ("browser", "performance"):
            self.take_log(kind)
        self.browser.get(f"{self.address}/stations/{quote(station, safe='')}")
        self.browser.execute_script("window.neverReloaded = true")

    def take_log(self, kind: str) -> list[dict[str, Any]]:
        """Return what the browser told since it was last asked."""
        return list(self.browser.execute("getLog", {"type": kind})["value"])

    def read(self, selector: str) -> list[str]:
        """Return the texts of the elements, as a person sees them."""
        script = "return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility()).map(e => e.innerText)"
        return [str(text) for text in self.browser.execute_script(script, selector)]

    def wait_for_verdict(self, words: str) -> None:
        wait_for(words, lambda: words in self.read(".verdict"), TIMEOUT_S)

    def wait_for_claims(self, count: int) -> None:
        """Wait until so many files, all that are shown, were claimed: after that the page changes no more."""
        wait_for("the claims", lambda: self.read(".outcome") == ["Đã nhận, chờ số hóa"] * count, TIMEOUT_S)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    folder = tmp_path_factory.mktemp("counter")
    port = free_port()
    sohoa = SohoaCommand(folder / "home", {"SOHOA_PORTAL__PORT": str(port)})
    portal = sohoa.start("portal", log=folder / "log")
    try:
        with running_browser(folder) as browser, watching(folder / "home") as inbox:
            wait_for("the portal", lambda: answers(port), TIMEOUT_S)
            yield Counter(inbox, f"http://127.0.0.1:{port}", browser)
        assert portal.poll() is None, (folder / "log").read_text(errors="replace")
    finally:
        portal.terminate()
        portal.wait(60)


@contextmanager
def watching(home: Path) -> Iterator[Path]:
    """Let a watch check and claim scans, and yield its inbox; that it moves the temporary folder stays within."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", tempfile.gettempdir())
        patch.setattr(tempfile, "tempdir", tempfile.tempdir)
        watched = open_watched(home, verdicts=True, settle_s=2.0)
        with watched.house, watched.running():
            yield watched.house.settings.inbox


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/stations")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def save(page: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    page.save(out, kind, **({"resolution": 200} if kind == "PDF" else {"dpi": (200, 200)}))
    return out.getvalue()


def blurred() -> Image.Image:
    return draw_page().filter(ImageFilter.GaussianBlur(4))


def test_a_scan_appears_without_a_reload_and_what_became_of_it(counter: Counter) -> None:
    set_width(counter.browser, 1280, 800)
    counter.open("quầy 1")
    assert counter.read("#nothing") == ["Chưa có tệp nào. Kết quả hiện ở đây ngay khi quét xong."]
    put(counter.inbox, f"quầy 1/{NUMBER}/đơn.jpg", save(draw_page(), "JPEG"))
    counter.wait_for_verdict("ĐẠT")
    assert counter.read("#nothing") == []
    assert counter.read(".path") == [f"quầy 1/{NUMBER}/đơn.jpg"]
    put(counter.inbox, "quầy 1/mờ.jpg", save(blurred(), "JPEG"))
    counter.wait_for_verdict("CẦN QUÉT LẠI")
    assert counter.read(".verdict") == ["CẦN QUÉT LẠI", "ĐẠT"]
    assert any(told.startswith("Trang 1: ảnh bị mờ") for told in counter.read("#files .rescan ul li"))
    counter.wait_for_claims(2)
    assert counter.read(".verdict") == ["CẦN QUÉT LẠI", "ĐẠT"]  # what is claimed keeps its place
    assert counter.browser.execute_script("return window.neverReloaded") is True


def test_the_page_tells_when_the_watch_stands_still_and_when_it_goes_on(counter: Counter) -> None:
    counter.open("quầy 3")
    wait_for("the watch", lambda: not counter.read("#unwatched"), TIMEOUT_S)

    def is_told() -> bool:
        os.utime(counter.inbox.parent / "watch-pulse", (0, 0))  # the watch goes on, so this passes
        return any("báo quản trị viên" in told for told in counter.read("#unwatched"))

    wait_for("the warning", is_told, TIMEOUT_S)
    assert min(measure_contrasts(counter.browser, "#unwatched")) >= 4.5
    wait_for("the watch again", lambda: not counter.read("#unwatched"), TIMEOUT_S)


def test_hostile_names_are_text_and_run_nothing(counter: Counter) -> None:
    counter.open(HOSTILE_STATION)
    put(counter.inbox, f"{HOSTILE_STATION}/{HOSTILE}", save(draw_page(), "PDF"))
    counter.wait_for_verdict("ĐẠT")
    assert counter.read("#files .path") == [f"{HOSTILE_STATION}/{HOSTILE}"]
    counter.open(HOSTILE_STATION)  # now as the server draws it
    counter.wait_for_verdict("ĐẠT")
    assert counter.read("#files .path") == [f"{HOSTILE_STATION}/{HOSTILE}"]
    assert counter.read("h1") == [f"Trạm quét: {HOSTILE_STATION}"]
    assert counter.browser.find_elements(By.CSS_SELECTOR, "img, body script, [onerror]") == []
    assert counter.take_log("browser") == []  # nothing was even tried: the policy had nothing to forbid
    counter.browser.get(f"{counter.address}/stations")
    assert HOSTILE_STATION in counter.read(".stations a")


def test_nothing_is_asked_of_another_host_and_no_script_of_the_page_itself_runs(counter: Counter) -> None:
    counter.open("quầy 3")
    put(counter.inbox, "quầy 3/a.jpg", save(draw_page(), "JPEG"))
    counter.wait_for_verdict("ĐẠT")
    events = [json.loads(entry["message"])["message"] for entry in counter.take_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert {urlsplit(url).path for url in asked} >= {"/static/live.js", "/static/style.css"}
    assert {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in asked} == {counter.address}
    assert counter.take_log("browser") == []
    counter.browser.execute_script(INTRUDE)
    assert counter.browser.execute_script("return window.ran") is None
    forbidden = [entry["message"] for entry in counter.take_log("browser")]
    assert len(forbidden) == 2
    assert all("Content Security Policy" in message for message in forbidden)


def test_it_fits_a_phone_and_is_read_from_a_metre_away(counter: Counter) -> None:
    set_width(counter.browser, 390, 844, is_phone=True)
    counter.open("quầy 4")
    put(counter.inbox, f"quầy 4/{NUMBER}/{'x' * 120}.jpg", save(blurred(), "JPEG"))
    counter.wait_for_verdict("CẦN QUÉT LẠI")
    widths = counter.browser.execute_script("return [innerWidth, document.documentElement.scrollWidth]")
    assert widths == [390, 390]
    (verdict,) = counter.browser.find_elements(By.CSS_SELECTOR, ".verdict")
    assert float(verdict.value_of_css_property("font-size").removesuffix("px")) >= METRE_PX
    assert verdict.rect["y"] + verdict.rect["height"] < 844
    assert verdict.rect["height"] < 2 * METRE_PX  # one line
    mark = "return getComputedStyle(arguments[0], '::before').content"
    assert "✗" in counter.browser.execute_script(mark, verdict)


def test_all_text_stands_out_from_its_ground(counter: Counter) -> None:
    counter.open("quầy 5")
    put(counter.inbox, "quầy 5/mờ.jpg", save(blurred(), "JPEG"))
    counter.wait_for_verdict("CẦN QUÉT LẠI")
    counter.wait_for_claims(1)
    for status in ("good", "rescan", "checking", "unchecked", "none"):
        counter.browser.execute_script("document.querySelector('#files > li').className = arguments[0]", status)
        contrasts = measure_contrasts(counter.browser, "h1, #state, #files p, #files li li")
        assert len(contrasts) >= 7
        assert min(contrasts) >= 7, (status, contrasts)


def test_a_lost_connection_is_told_and_comes_back(counter: Counter) -> None:
    counter.open("quầy 6")
    put(counter.inbox, "quầy 6/a.jpg", save(draw_page(), "JPEG"))
    counter.wait_for_verdict("ĐẠT")
    counter.browser.set_network_conditions(offline=True, latency=0, throughput=0)
    try:
        wait_for("the warning", lambda: "Mất kết nối với Sohoa" in counter.read("#state")[0], TIMEOUT_S)
        assert counter.read(".verdict") == ["ĐẠT"]  # what was known stays, greyed
        assert counter.browser.find_element(By.ID, "files").value_of_css_property("filter") == "grayscale(1)"
    finally:
        counter.browser.delete_network_conditions()
    wait_for("the connection", lambda: counter.read("#state") == ["Tự cập nhật mỗi giây."], TIMEOUT_S)
    assert counter.browser.find_element(By.ID, "files").value_of_css_property("filter") == "none"


def test_a_station_that_is_none_is_told_in_words(counter: Counter) -> None:
    counter.browser.get(f"{counter.address}/stations/quay-khong-co")
    assert counter.read("h1") == ["Không có trạm quét “quay-khong-co”"]
    counter.browser.find_element(By.LINK_TEXT, "danh sách các trạm quét").click()
    assert counter.read("h1") == ["Các trạm quét"]
