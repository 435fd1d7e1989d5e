"""Parcels of a customer: a pure-Python driver of PostgreSQL (pg8000), a connection for each thread, and a filter without an index."""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pg8000.dbapi

URL = urlsplit(sys.argv[1])
local = threading.local()


def connection():
    if not hasattr(local, "connection"):
        local.connection = pg8000.dbapi.connect(
            user=URL.username, password=URL.password, host=URL.hostname, port=URL.port, database=URL.path[1:]
        )
        local.connection.autocommit = True
    return local.connection


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        cursor = connection().cursor()
        cursor.execute("SELECT parcel_id, weight FROM parcels WHERE receiver_id = %s AND delivered = false", (int(self.path.split("/")[-1]),))
        body = json.dumps(cursor.fetchall()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
