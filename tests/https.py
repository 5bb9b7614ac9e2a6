"""A real https server on loopback, with a certificate that clients trust."""

import contextlib
import http.server
import ssl
import threading
import time

import trustme


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from `server.files`: bytes, or a function that gets the handler."""

    def do_GET(self):
        content = self.server.files.get(self.path)
        self.server.requests.append(self.path)
        if content is None:
            self.send_error(404)
        elif callable(content):
            content(self)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(files, monkeypatch, tmp_path):
    """Serves a dict of path to content. Yields the address, and what was asked for."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
    server.daemon_threads = True
    server.files, server.requests = files, []
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}", server.requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def endless(handler):
    """Sends zeros for ever, without a word about their number."""
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(bytes(2**16))


def silent(handler):
    """Accepts the request, and says nothing for a long time."""
    time.sleep(30)


def cut_short(handler):
    """Announces more than it sends."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(bytes(10))


def torn(handler):
    """Ends in the midst of a chunk."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1000\r\n" + bytes(10))


def leads_to(address):
    """Redirects to another address."""

    def redirect(handler):
        handler.send_response(302)
        handler.send_header("Location", address)
        handler.end_headers()

    return redirect
