"""Check that the installed package is found, enabled and served by a real JupyterLab."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

TOKEN = "try-installed"
START_SECONDS = 60
STOP_SECONDS = 15


def main() -> None:
    if shutil.which("node"):
        sys.exit("There is a Node.js on the PATH: this shows nothing about a machine without.")
    expect_enabled(["jupyter", "server", "extension", "list"], r"jupyter_collab [\w.+]+ +OK")
    expect_enabled(["jupyter", "labextension", "list"], r"jupyter-collab v[\w.+]+ enabled +OK")
    with tempfile.TemporaryDirectory() as home:
        expect_served(Path(home))


def expect_enabled(command: list[str], line: str) -> None:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    listing = re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr)
    if not re.search(line, listing):
        sys.exit(f"{' '.join(command)} does not show {line}:\n{listing}")
    print(f"{' '.join(command)}: OK")


def expect_served(home: Path) -> None:
    (home / "root").mkdir()
    (home / "root/plain.txt").write_text("plain\n")
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command(home), cwd=home, env=environment(home), stderr=log)
    try:
        url = wait_for_url(home, server)
        expect_front_end(url)
        expect_session(url)
        server.terminate()
        status = server.wait(STOP_SECONDS)
    except BaseException:
        print((home / "log").read_text())
        raise
    finally:
        server.kill()
        server.wait()
    if status != 0:
        sys.exit(f"The server ended with status {status}:\n{(home / 'log').read_text()}")
    print("jupyter lab --collaborative: starts, serves a document, stops: OK")


def command(home: Path) -> list[str]:
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    options = ["--no-browser", "--port=0", f"--IdentityProvider.token={TOKEN}", *root]
    return ["jupyter", "lab", "--collaborative", *options, str(home / "root")]


def environment(home: Path) -> dict[str, str]:
    names = ("config", "data", "runtime")
    return os.environ | {f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in names}


def wait_for_url(home: Path, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            try:
                url: str = json.loads(path.read_text())["url"]
                request(url + "api")
            except (ValueError, urllib.error.URLError):
                continue  # it is being written, or nobody listens yet
            return url
        time.sleep(0.2)
    sys.exit("The server did not start.")


def expect_front_end(url: str) -> None:
    page = request(url + "lab").decode()
    found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    if found is None:
        sys.exit(f"This is not JupyterLab's page:\n{page}")
    extensions = json.loads(found[1])["federated_extensions"]
    entry = {extension["name"]: extension["load"] for extension in extensions}["jupyter-collab"]
    request(f"{url}lab/extensions/jupyter-collab/{entry}")


def expect_session(url: str) -> None:
    body = json.dumps({"format": "text", "type": "file"}).encode()
    answer = json.loads(request(f"{url}api/collaboration/session/plain.txt", "PUT", body))
    if not answer["sessionId"]:
        sys.exit(f"No session: {answer}")


def request(url: str, method: str = "GET", body: bytes | None = None) -> bytes:
    headers = {"Authorization": f"token {TOKEN}"}
    sent = urllib.request.Request(url, method=method, data=body, headers=headers)
    with urllib.request.urlopen(sent, timeout=20) as response:
        content: Any = response.read()
    return bytes(content)


if __name__ == "__main__":
    main()
