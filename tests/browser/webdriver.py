"""A headless Chromium, driven through chromedriver's HTTP interface (W3C WebDriver). Standard library only."""

import base64
import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ESCAPE = "\ue00c"
ENTER = "\ue007"

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    # Without this a page that is faster than 20 pairs a second stays where it is now and then.
    "--disable-ipc-flooding-protection",
]


class Browser:
    """One browser with a profile of its own; use it in a `with`."""

    def __init__(self, width=1280, height=900):
        self.size = (width, height)

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="report-profile-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver") or "chromedriver", f"--port={self.port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        options = {"args": [*FLAGS, f"--user-data-dir={self.profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        for attempt in range(100):
            try:
                session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        else:
            raise RuntimeError("chromedriver did not start")
        self.session = f"/session/{session['sessionId']}"
        self.resize(*self.size)
        return self

    def __exit__(self, *_):
        try:
            self._ask("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()
            shutil.rmtree(self.profile, ignore_errors=True)

    def _ask(self, method, path, body=None):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        data = json.dumps(body if body is not None else {}) if method == "POST" else None
        link.request(method, path, data, {"Content-Type": "application/json"})
        answer = json.loads(link.getresponse().read())["value"]
        link.close()
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{answer['error']}: {answer.get('message', '')}")
        return answer

    def ask(self, method, path, body=None):
        return self._ask(method, self.session + path, body)

    def resize(self, width, height):
        """Sets the size of the page itself, whatever the window takes."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)

    def devtools(self, command, parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def media(self, media="screen", **features):
        listed = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.devtools("Emulation.setEmulatedMedia", {"media": media, "features": listed})

    def open(self, path):
        self.ask("POST", "/url", {"url": path})

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        """As `run`, for a script that calls its last argument with the result."""
        return self.ask("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        """A real click, at the place where the element is seen."""
        self.ask("POST", f"/element/{self.find(selector)}/click")

    def type(self, selector, text):
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def press(self, *keys):
        """Keys that go to whatever has the focus."""
        steps = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent", selector)

    def errors(self):
        """What the page complained about since last asked: errors and refused loads."""
        entries = self.ask("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def wait(self, script, seconds=10):
        """Waits until `script` returns something true, and returns it."""
        until = time.monotonic() + seconds
        while True:
            value = self.run(script)
            if value or time.monotonic() > until:
                return value
            time.sleep(0.05)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("GET", "/screenshot")))
