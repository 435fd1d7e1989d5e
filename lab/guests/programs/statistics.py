"""Statistics of a series, by loops in the interpreter."""
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def moving_average(count):
    values = [(index * 7919) % 1000 for index in range(count)]
    total = 0.0
    for index in range(count):
        window = values[max(0, index - 20) : index + 1]
        total += sum(window) / len(window)
    return total / count


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = str(moving_average(12000)).encode()
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
