"""The Hugging Face Hub on loopback, as far as its client asks for it.

Repositories are made, get branches and commits of files, small ones within the commit
and large ones by the protocol of Git LFS, and serve what a revision holds.
"""

import base64
import contextlib
import hashlib
import http.server
import json
import re
import sys
import threading

import yaml

TOKEN = "hf_of_the_test"
LARGE = (".h5", ".safetensors", ".png")  # files that go by LFS


class Hub(http.server.ThreadingHTTPServer):
    """Its state, which tests look at and change.

    Attributes:
        repositories: Dict of `user/name` to a dict of revision to its files: a dict of
            path to bytes. Commits are revisions, too.
        private: Dict of `user/name` to whether it is private.
        objects: Dict of sha256 to bytes.
        requests: List of (method, path).
        messages: Of the commits.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("localhost", 0), Handler)
        self.address = f"http://localhost:{self.server_port}"
        self.repositories, self.private, self.objects = {}, {}, {}
        self.requests, self.messages = [], []


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the first route that fits the method and the path."""

    def do(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.body = self.read_chunks()
        path = self.path.partition("?")[0]
        self.server.requests.append((self.command, path))
        for methods, pattern, answer in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and self.command in methods:
                if self.command in ("POST", "PUT") and not self.is_known():
                    return self.send(401, {"error": "Invalid credentials"})
                return answer(self, *found.groups())
        self.send(404, {"error": f"no route for {self.command} {path}"})

    do_GET = do_HEAD = do_POST = do_PUT = do

    def is_known(self):
        is_upload = self.path.startswith("/objects/")  # whose address is the secret
        return is_upload or self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def read_chunks(self):
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def send(self, status, content=b"", **headers):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
            headers["Content-Type"] = "application/json"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def refuse(self, code):
        self.send(404, X_Error_Code=code, X_Error_Message=code)

    def log_message(self, *args):
        pass


def create(handler):
    wanted = json.loads(handler.body)
    name = f"{wanted['organization']}/{wanted['name']}"
    address = f"{handler.server.address}/{name}"
    if wanted["organization"] == "someone-else":
        return handler.send(403, {"error": "You don't have the rights"})
    if name in handler.server.repositories:
        return handler.send(409, {"error": "You already created it", "url": address})
    handler.server.repositories[name] = {"main": {}}
    handler.server.private[name] = (
        wanted.get("private") or wanted.get("visibility") == "private"
    )
    handler.send(200, {"url": address, "name": name})


def branch(handler, name, revision):
    revisions = handler.server.repositories[name]
    if revision in revisions:
        return handler.send(409, {"error": "Reference already exists"})
    revisions[revision] = dict(revisions["main"])
    handler.send(200, {})


def validate(handler):
    content = json.loads(handler.body)["content"]
    front = yaml.safe_load(content.split("---\n")[1])
    errors = [] if isinstance(front, dict) else [{"message": "no front matter"}]
    handler.send(400 if errors else 200, {"errors": errors, "warnings": []})


def preupload(handler, name, revision):
    files = [
        {
            "path": file["path"],
            "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
            "shouldIgnore": False,
            "oid": None,
        }
        for file in json.loads(handler.body)["files"]
    ]
    handler.send(200, {"files": files})


def batch(handler, name):
    wanted = json.loads(handler.body)
    assert wanted["operation"] == "upload" and wanted["hash_algo"] == "sha256"
    known = handler.server.objects
    objects = []
    for item in wanted["objects"]:
        href = f"{handler.server.address}/objects/{item['oid']}"
        actions = {"upload": {"href": href}, "verify": {"href": f"{href}/verify"}}
        objects.append(
            {**item, **({} if item["oid"] in known else {"actions": actions})}
        )
    handler.send(200, {"transfer": "basic", "objects": objects})


def upload(handler, sha256):
    assert hashlib.sha256(handler.body).hexdigest() == sha256
    handler.server.objects[sha256] = handler.body
    handler.send(200)


def verify(handler, sha256):
    size = len(handler.server.objects[sha256])
    handler.send(200 if json.loads(handler.body)["size"] == size else 400, {})


def commit(handler, name, revision):
    revisions = handler.server.repositories[name]
    if revision not in revisions:
        return handler.refuse("RevisionNotFound")
    header, *operations = map(json.loads, handler.body.splitlines())
    handler.server.messages.append(header["value"]["summary"])
    files = dict(revisions[revision])
    for operation in operations:
        value = operation["value"]
        if operation["key"] == "lfsFile":
            files[value["path"]] = handler.server.objects[value["oid"]]
        else:
            files[value["path"]] = base64.b64decode(value["content"])
    revisions[revision] = revisions[commit_of(files)] = files
    address = f"{handler.server.address}/{name}/commit/{commit_of(files)}"
    handler.send(200, {"commitUrl": address, "commitOid": commit_of(files)})


def commit_of(files):
    digest = hashlib.sha1()
    for path, content in sorted(files.items()):
        digest.update(path.encode() + hashlib.sha1(content).digest())
    return digest.hexdigest()


def resolve(handler, name, revision, path):
    revisions = handler.server.repositories.get(name)
    if revisions is None:
        return handler.refuse("RepoNotFound")
    if revision not in revisions:
        return handler.refuse("RevisionNotFound")
    files = revisions[revision]
    if path not in files:
        return handler.refuse("EntryNotFound")
    content = files[path]
    is_large = path.endswith(LARGE)
    digest = (hashlib.sha256 if is_large else hashlib.sha1)(content).hexdigest()
    handler.send(200, content, ETag=f'"{digest}"', X_Repo_Commit=commit_of(files))


NAME = r"([\w-]+/[\w.-]+)"
ROUTES = [
    ({"POST"}, "/api/repos/create", create),
    ({"POST"}, f"/api/models/{NAME}/branch/([^/]+)", branch),
    ({"POST"}, "/api/validate-yaml", validate),
    ({"POST"}, f"/api/models/{NAME}/preupload/([^/]+)", preupload),
    ({"POST"}, f"/{NAME}.git/info/lfs/objects/batch", batch),
    ({"PUT"}, r"/objects/(\w+)", upload),
    ({"POST"}, r"/objects/(\w+)/verify", verify),
    ({"POST"}, f"/api/models/{NAME}/commit/([^/]+)", commit),
    ({"GET", "HEAD"}, f"/{NAME}/resolve/([^/]+)/(.+)", resolve),
]


@contextlib.contextmanager
def serving(monkeypatch, folder):
    """Runs a hub, and lets the client know it. Yields the `Hub`."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    for name, value in environment(hub, folder).items():
        monkeypatch.setenv(name, value)
    forget_client()  # which reads its settings when it is imported
    try:
        yield hub
    finally:
        forget_client()
        hub.shutdown()
        hub.server_close()
        thread.join()


def environment(hub, folder):
    return {
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(folder / "hub"),
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",  # a protocol of its own for large files
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }


def forget_client():
    for name in [name for name in sys.modules if name.startswith("huggingface_hub")]:
        del sys.modules[name]
