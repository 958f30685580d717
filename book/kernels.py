"""Kernels that start in a moment: copies of a process that has loaded what is slow to import.

A kernel takes three seconds to import torch and matplotlib, and a site needs one for each chapter
and language. A copy of a process that has them is there at once. It is a process like any other,
with its own memory, folder and environment, and nothing of the course is loaded in it.

This file is also the script that the copied process runs.
"""

import atexit
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from functools import cache
from typing import Any

from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

__all__ = ["FEW", "SETTLED", "SLOW", "WarmBlockingKernelManager", "WarmKernelManager", "manager"]

SLOW = (
    "ipykernel.kernelapp",
    "ipywidgets",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "sklearn.datasets",
    "torch",
    "torch._dynamo",  # torch loads it with the first optimizer
)
"""What chapters import, and what takes long."""

SETTLED = {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
"""Variables that are read as a process starts, and so are the same in all its copies."""

FEW = 4
"""So many kernels are there sooner without a copied process, which has more to load than each."""


def manager(kernels: int) -> type[AsyncKernelManager]:
    """Return the class of what starts so many kernels soonest here, with all set for them."""
    # On a Mac some of what is loaded would not survive being copied; Windows copies no processes.
    if kernels <= FEW or sys.platform != "linux":
        return AsyncKernelManager
    _original()  # once, before there are threads that want it
    return WarmKernelManager


class WarmBlockingKernelManager(KernelManager):
    """Jupyter's manager, whose kernel is a copy."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kernel_id = str(uuid.uuid4())
        self.provisioner = _Copies(
            kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
        )


class WarmKernelManager(WarmBlockingKernelManager, AsyncKernelManager):
    """The same for those who wait for it with ``await``."""


class _Copies(LocalProvisioner):
    """Jupyter's way to a kernel on this machine, where that is no new process but a copy."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        self.cwd = options.get("cwd") or os.getcwd()
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        environment = dict(options.get("env") or os.environ)
        copy: Any = _original().copy(arguments, str(self.cwd), environment)  # for a `Popen`
        self.process = copy
        self.pid = self.pgid = copy.pid
        return self.connection_info


class _Copy:
    """A copy, with what Jupyter asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return None while it runs, and then 0: how it ended is known to the original alone."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    wait = poll  # asked once it has ended

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Original:
    """The process that is copied."""

    def __init__(self) -> None:
        # -P: not even this file's own folder may be imported from.
        self._process: Any = subprocess.Popen(  # Any: its pipes could be None, for all types say
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # matplotlib reads, as it loads, what a kernel would set.
            env=os.environ | SETTLED | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
        )
        self._turn = threading.Lock()
        atexit.register(self.close)

    def close(self) -> None:
        """End it, whatever it is at; its copies end, too."""
        self._process.kill()
        self._process.communicate()

    def copy(self, arguments: list[str], folder: str, environment: dict[str, str]) -> _Copy:
        """Start a kernel in a folder, and return its process."""
        task = {"arguments": arguments, "folder": folder, "environment": environment}
        with self._turn:
            if self._process.poll() is None:
                print(json.dumps(task), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{__file__}: has ended, and was to start a kernel")
        return _Copy(int(answer))


_original = cache(_Original)


def _serve() -> None:
    """Load what is slow, then answer each line on standard input with a new kernel's number."""
    for name in SLOW:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or each copy's own collections would go through all of that, again and again
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # copies that end are gone, and ask for nothing
    for line in sys.stdin:
        if pid := os.fork():
            print(pid, flush=True)
        else:
            _become_kernel(**json.loads(line))
            os._exit(0)
    os._exit(0)  # some of what was loaded has last words on the screen


def _become_kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Do what ``python -m ipykernel_launcher`` does, in a process that began as another."""
    os.setsid()  # its group of processes is its own, and so are signals to it
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[:0] = [*filter(None, environment.get("PYTHONPATH", "").split(os.pathsep)), ""]
    sys.modules["numpy"].random.seed()  # or chance would be the same in all copies
    sys.modules["torch"].seed()
    arguments.append(f"--IPKernelApp.parent_handle={os.getppid()}")  # it ends with its parent
    sys.argv = ["ipykernel_launcher", *arguments]
    sys.modules["ipykernel.kernelapp"].launch_new_instance(argv=arguments)


if __name__ == "__main__":
    _serve()
