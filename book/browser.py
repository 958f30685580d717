"""The system's Chromium or Chrome: where it is, and how to print a page with it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["BROWSERS", "SWITCHES", "find_browser", "print_to_pdf"]

BROWSERS = (
    "chromium-headless-shell",  # starts and draws in half the time of the others
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
SWITCHES = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    SWITCHES.append("--no-sandbox")  # Chromium refuses to start as root in any other way

_TIMEOUT = 180  # seconds


def find_browser() -> str | None:
    """Return the path of a browser, or None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_to_pdf(browser: str, page: Path, pdf: Path, scratch: Path) -> str:
    """Print a page, and return what went wrong, or the empty string.

    The browser's profile goes below ``scratch``: a browser in a sandbox, such as Ubuntu's, cannot
    reach the system's folder for temporary files.
    """
    with tempfile.TemporaryDirectory(dir=scratch, prefix="browser-") as profile:
        command = [
            browser,
            "--headless",
            *SWITCHES,
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
            f"--print-to-pdf={pdf}",
            page.as_uri(),
        ]
        try:
            run = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_TIMEOUT,
            )
        except subprocess.TimeoutExpired:
            return f"{browser} took longer than {_TIMEOUT} seconds"
    if run.returncode or not pdf.exists():
        last = (run.stderr.strip().splitlines() or ["nothing"])[-1]
        return f"{browser} ended with {run.returncode} and printed {last}"
    return ""
