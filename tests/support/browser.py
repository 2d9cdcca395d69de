"""A real Chromium without a window, for tests of the pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

_FLAGS = (
    "--headless",
    "--no-sandbox",  # the tests may run as root in a container, where Chromium's sandbox cannot start
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page or the browser itself may ask for, no other host is reached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_TIMEOUT_S = 60


@contextmanager
def running_browser(folder: Path) -> Iterator[Chrome]:
    """Start Chromium with a fresh profile below ``folder`` and yield its driver. Raises RuntimeError without one."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        raise RuntimeError("chromium or chromedriver is missing: run scripts/bootstrap dev")
    options = ChromeOptions()
    options.binary_location = browser
    for flag in (*_FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # The driver's place is given, so that Selenium neither looks for one nor fetches or reports anything.
    service = ChromeService(driver, env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "localhost,127.0.0.1")  # the driver is on this machine, whatever proxy leads out of it
        chrome = Chrome(options, service)
    try:
        chrome.set_page_load_timeout(_TIMEOUT_S)
        chrome.set_script_timeout(_TIMEOUT_S)
        yield chrome
    finally:
        chrome.quit()


def set_width(chrome: Chrome, width_px: int, height_px: int, *, is_phone: bool = False) -> None:
    """Give the page a viewport of this size; narrower than a window can be, too."""
    metrics = {"width": width_px, "height": height_px, "deviceScaleFactor": 2 if is_phone else 1, "mobile": is_phone}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def measure_contrasts(chrome: Chrome, selector: str) -> list[float]:
    """Return the contrast (1 to 21) of each element's text with the ground behind it, by the formula of WCAG 2.2."""
    colours = chrome.execute_script(_COLOURS_SCRIPT, selector)
    pairs = [(_measure_luminance(text), _measure_luminance(ground)) for text, ground in colours]
    return [(max(pair) + 0.05) / (min(pair) + 0.05) for pair in pairs]


_COLOURS_SCRIPT = """
return [...document.querySelectorAll(arguments[0])].filter(element => element.innerText).map(element => {
  let ground = element;
  while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
  return [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
});
"""


def _measure_luminance(colour: str) -> float:
    """Return the relative luminance of a colour as browsers tell it: ``rgb(155, 28, 20)``."""
    shares = [int(share) / 255 for share in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
