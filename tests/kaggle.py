"""Kaggle's models on loopback, as far as its client asks for them.

Each call is a POST of JSON to the name of a service and a method. Files are uploaded to
an address that a call returns, and belong to a version by their tokens.
"""

import base64
import contextlib
import hashlib
import http.server
import json
import threading
import urllib.parse

TOKEN = "of-the-test"


class Kaggle(http.server.ThreadingHTTPServer):
    """Its state, which tests look at and change.

    Attributes:
        models: Dict of (owner, model) to what was said when it was made.
        versions: Dict of (owner, model, framework, variation) to a list of versions,
            each a dict of file name to bytes.
        licenses: Dict of the same to the licence of the first version.
        notes: List of what was said of each later version.
        blobs: Dict of token to [file name, bytes].
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("localhost", 0), Handler)
        self.address = f"http://localhost:{self.server_port}"
        self.models, self.versions, self.licenses = {}, {}, {}
        self.notes, self.blobs = [], {}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        method = self.path.rpartition("/")[2]
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.send(401, {"code": 401, "message": "Unauthenticated"})
        self.send(*METHODS[method](self.server, json.loads(body)))

    def do_PUT(self):
        token = self.path.rpartition("/")[2]
        size = int(self.headers["Content-Length"])
        self.server.blobs[token][1] = self.rfile.read(size)
        self.send(200, {})

    def send(self, status, content):
        headers = {"Content-Type": "application/json"}
        if isinstance(content, bytes):
            digest = base64.b64encode(hashlib.md5(content).digest()).decode()
            headers = {"Content-Type": "application/octet-stream"}
            headers["x-goog-hash"] = f"md5={digest}"
        else:
            content = json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


def key_of(wanted, body=None):
    names = {**wanted, **(body or {})}
    slugs = ("ownerSlug", "modelSlug", "framework", "instanceSlug")
    return tuple(names[slug] for slug in slugs)


NOT_FOUND = (404, {"code": 404, "message": "Not found"})


def get_model(server, wanted):
    if (wanted["ownerSlug"], wanted["modelSlug"]) not in server.models:
        return NOT_FOUND
    return 200, {}


def create_model(server, wanted):
    if wanted["ownerSlug"] == "someone-else":
        return 200, {"error": "Permission denied", "errorCode": 403}
    server.models[wanted["ownerSlug"], wanted["slug"]] = wanted
    return 200, {}


def start_upload(server, wanted):
    token = f"token-{len(server.blobs)}"
    server.blobs[token] = [wanted["name"], None]
    return 200, {"token": token, "createUrl": f"{server.address}/upload/{token}"}


def create_instance(server, wanted):
    key = key_of(wanted, wanted["body"])
    if key in server.versions:
        return 200, {"error": "It exists", "errorCode": 409}
    server.versions[key] = [files_of(server, wanted)]
    server.licenses[key] = wanted["body"].get("licenseName")
    return 200, {}


def create_version(server, wanted):
    server.versions[key_of(wanted)].append(files_of(server, wanted))
    server.notes.append(wanted["body"]["versionNotes"])
    return 200, {}


def files_of(server, wanted):
    tokens = [file["token"] for file in wanted["body"]["files"]]
    return dict(server.blobs[token] for token in tokens)


def get_instance(server, wanted):
    versions = server.versions.get(key_of(wanted))
    return (200, {"versionNumber": len(versions)}) if versions else NOT_FOUND


def download(server, wanted):
    versions = server.versions.get(key_of(wanted), [])
    number = wanted["versionNumber"]
    path = urllib.parse.unquote(wanted["path"])
    if not 1 <= number <= len(versions) or path not in versions[number - 1]:
        return NOT_FOUND
    return 200, versions[number - 1][path]


METHODS = {
    "GetModel": get_model,
    "CreateModel": create_model,
    "StartBlobUpload": start_upload,
    "CreateModelInstance": create_instance,
    "CreateModelInstanceVersion": create_version,
    "GetModelInstance": get_instance,
    "DownloadModelInstanceVersion": download,
}


@contextlib.contextmanager
def serving(monkeypatch, folder):
    """Runs it, and lets the client know it. Yields the `Kaggle`."""
    from kagglesdk import kaggle_env

    server = Kaggle()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    # The only address that no variable of the environment sets.
    addresses = kaggle_env._env_to_endpoint
    monkeypatch.setitem(addresses, kaggle_env.KaggleEnv.PROD, server.address)
    monkeypatch.setenv("KAGGLE_API_TOKEN", TOKEN)
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(folder))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(folder / "kagglehub"))
    monkeypatch.setenv("HOME", str(folder))
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
