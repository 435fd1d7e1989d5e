import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** An HTTP service of Python's own library, one thread a request: `/` rates a basket the slow way, `/nap` waits. */
const source = `
import http.server, time

def rate_basket(items):
    total = 0
    for item in range(items):
        for other in range(120):
            total += (item * other) % 7
    return total

class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        if self.path.startswith('/nap'):
            time.sleep(0.05)
            body = b'rested'
        else:
            body = str(rate_basket(600)).encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
    # Else the body waits 40 ms for the acknowledgement of the headers, and the service sleeps most of the time.
    disable_nagle_algorithm = True

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Shop)
print(server.server_address[1], flush=True)
server.serve_forever()
`;

/** The interpreter itself, not a launcher in front of it. */
export async function startPythonService(): Promise<{ pid: number; port: number; stop: () => Promise<void> }> {
  const child = spawn('/usr/bin/python3', ['-c', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    pid: child.pid ?? 0,
    port: Number(line.toString().trim()),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
