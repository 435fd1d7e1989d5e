// Passes connections on to a server: what stands between a service and its database in many clouds. Arguments: host and port of the server.
import { connect, createServer } from 'node:net';

const [, , host, port] = process.argv;
const server = createServer((client) => {
  const upstream = connect(Number(port), host);
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ]) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
