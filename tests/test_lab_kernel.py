"""Components in JupyterLab with a real kernel, and where anywidget is missing."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

from book.project import ROOT
from helpers import lab
from helpers.lab import component
from tests.pages import wait_until

CELLS = [
    "from helpers import lab, language\nlanguage.use('pt')\nrace = lab.race(steps=40)\nrace",
    "race.lr = 0.3",
    "race.rules[0]['lr'], race.start",
]


@pytest.fixture
def jupyter(tmp_path):
    """The address of a notebook in JupyterLab."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "race.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    options = ["--ServerApp.port_retries=0", "--IdentityProvider.token=", "--expose-app-in-browser"]
    server = subprocess.Popen(
        [*command, *options, f"--ServerApp.root_dir={tmp_path}"],
        env={**os.environ, **home, "PYTHONPATH": str(ROOT), "JUPYTER_RUNTIME_DIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api") as reply:
                json.load(reply)
                break
            assert server.poll() is None, "JupyterLab ended"
            time.sleep(0.1)
        yield f"{address}/lab/tree/race.ipynb"
    finally:
        server.terminate()
        server.wait(60)


def test_python_and_the_reader_move_the_same_race(chromium, jupyter):
    page = chromium.new_context(viewport={"width": 1200, "height": 1000}).new_page()
    page.set_default_timeout(120_000)
    page.goto(jupyter)
    page.locator(".jp-CodeCell").first.wait_for()
    # Before the kernel is ready, JupyterLab forgets what it is told to run.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def run(cell):
        page.locator(".jp-CodeCell .cm-content").nth(cell).click()
        page.keyboard.press("Control+Enter")

    def output(cell):
        return page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output").last

    run(0)
    page.locator(".lab .handle").wait_for()
    field = page.get_by_label("SGD, lr: valor")
    assert field.input_value() == "0,1"
    run(1)
    wait_until(page, "document.querySelector('.rule input[type=text]').value == '0,3'")
    field.fill("0,02")
    field.press("Enter")
    page.locator(".lab .handle").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    time.sleep(1)  # the widget tells Python once the reader rests
    run(2)
    output(2).get_by_text("(0.02, [-0.6, 0.244])").wait_for()
    page.context.close()


def test_without_anywidget_a_slider_stands_in(monkeypatch, capsys):
    monkeypatch.setattr(component, "find_spec", lambda name: None)
    shown = []
    monkeypatch.setattr(component, "explore", lambda draw, **sliders: shown.append((draw, sliders)))
    lab.race("quadratic", steps=5)._ipython_display_()
    assert "pip install anywidget" in capsys.readouterr().out
    [(draw, sliders)] = shown
    start = sliders["value"].values[sliders["value"].start]
    assert start == 0.1
    ax = draw(value=0.3)
    assert len(ax.lines) == 10  # three paths, their starts and ends, the optimum
