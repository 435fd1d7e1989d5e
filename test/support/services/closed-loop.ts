import { startNodeProgram } from './node-program.js';

const source = `
const { Agent, request } = require('node:http');
const [port, path, clients] = [Number(process.argv[1]), process.argv[2], Number(process.argv[3])];
const agent = new Agent({ keepAlive: true, maxSockets: clients });
const deadline = Date.now() + 60_000;
const once = () => new Promise((resolve) => {
  const outgoing = request({ host: '127.0.0.1', port, path, agent }, (response) => response.resume().on('end', resolve).on('error', resolve));
  outgoing.on('error', () => setTimeout(resolve, 50)).end();
});
const client = async () => { while (Date.now() < deadline) await once(); process.exit(); };
for (let index = 0; index < clients; index += 1) client();
console.log(port);
`;

/** A small closed loop of keep-alive clients against a loopback server, in its own process: bounded by `stop`, never longer than a minute. */
export async function startClosedLoop(options: { port: number; path: string; clients: number }): Promise<{ stop: () => Promise<void> }> {
  return await startNodeProgram(source, [], [String(options.port), options.path, String(options.clients)]);
}
