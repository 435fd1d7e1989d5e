/**
 * An open inspector lets anyone on the host run code in the service. One that we open closes itself: a timer inside the target does it unless we go on
 * renewing it, so that it is closed soon whatever becomes of us.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { evaluate, type InspectorSession } from './inspector-session.js';

/** With a little left of the 15 s after which it has to be closed at the latest. */
const leaseMs = 12_000;
const renewMs = 3_000;
/** Opening takes 5 s at most; whoever opened it has gone wrong somewhere after that. */
const holderMs = 10_000;

const leaseName = 'perf-incident-responder.inspector-lease';

/** Runs in the target, which may be any Node from 16 on. */
const leaseExpression = `(() => {
  const inspector = process.getBuiltinModule?.('inspector') ?? require('inspector');
  const key = Symbol.for('${leaseName}');
  clearTimeout(globalThis[key]);
  globalThis[key] = setTimeout(() => { delete globalThis[key]; inspector.close(); }, ${leaseMs});
  globalThis[key].unref();
  return true;
})()`;

/** Whether an inspector that is open already is one that we opened before: what is left of a crash is closed by the next capture. */
export async function isLeased(session: InspectorSession): Promise<boolean> {
  return (await evaluate(session, `globalThis[Symbol.for('${leaseName}')] !== undefined`)) === true;
}

/** Renews until the returned function is called. A blocked event loop answers late; its own timer runs late, too. */
export function keepLease(session: InspectorSession): () => void {
  const renew = (): void => void evaluate(session, leaseExpression).catch(() => undefined);
  renew();
  const timer = setInterval(renew, renewMs);
  return () => clearInterval(timer);
}

/**
 * Run by `node -e`, in a session of its own, before the signal is sent: it waits for the inspector to appear and leaves the lease in it. Being another
 * process it does so, too, when we are killed just after the signal.
 */
const holderSource = `
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
const { pid, innerPids, before, ws, expression, holderMs } = JSON.parse(process.argv[1]);
const WebSocket = createRequire(ws)(ws);
process.stdin.on('data', () => process.exit(0)).on('error', () => {});
process.stdout.on('error', () => {});
const held = () => readdirSync('/proc/' + pid + '/fd').flatMap((fd) => {
  try { return /^socket:\\[(\\d+)\\]$/.exec(readlinkSync('/proc/' + pid + '/fd/' + fd))?.[1] ?? []; } catch { return []; }
});
const listening = (inodes) => ['tcp', 'tcp6'].flatMap((name) => {
  let text = '';
  try { text = readFileSync('/proc/' + pid + '/net/' + name, 'utf8'); } catch {}
  return text.split('\\n').slice(1).map((line) => line.trim().split(/\\s+/))
    .filter((cells) => cells[3] === '0A' && inodes.includes(cells[9]) && !before.includes(Number(cells[9])))
    .map((cells) => (name === 'tcp' ? '127.0.0.1:' : '[::1]:') + parseInt(cells[1].split(':')[1], 16));
});
const ask = (socket, id, text) => new Promise((resolve, reject) => {
  socket.on('message', (data) => { const message = JSON.parse(data); if (message.id === id) resolve(message.result?.result?.value); });
  socket.once('close', () => reject(new Error('closed')));
  socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression: text, returnByValue: true, includeCommandLineAPI: true, silent: true } }));
});
async function lease(address) {
  const list = await (await fetch('http://' + address + '/json/list', { signal: AbortSignal.timeout(2000) })).json();
  const url = list.find((entry) => entry.type === 'node')?.webSocketDebuggerUrl;
  if (url === undefined) return false;
  const socket = new WebSocket(url.replace(/^ws:\\/\\/[^/]+/, 'ws://' + address), { perMessageDeflate: false, handshakeTimeout: 2000 });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => {});
  const isIt = innerPids.includes(await ask(socket, 1, 'process.pid'));
  if (isIt) await ask(socket, 2, expression);
  socket.close();
  return isIt;
}
console.log('ready');
for (const end = Date.now() + holderMs; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 30))) {
  let addresses = [];
  try { addresses = listening(held()); } catch { break; }
  for (const address of addresses) if (await lease(address).catch(() => false)) { console.log('leased'); process.exit(0); }
}
process.exit(1);
`;

/** As it sees itself and as the host does: the two differ in a container. */
interface LeasedProcess {
  pid: number;
  innerPids: number[];
}

export interface Leaseholder {
  /** Whether the lease lies in the target; false when no inspector appeared. */
  done: Promise<boolean>;
  /** No inspector will appear. */
  dismiss: () => void;
}

/** `before`: inodes of the target's listening sockets. Settles when it is ready for the signal to be sent. */
export async function startLeaseholder(target: LeasedProcess, before: ReadonlySet<number>): Promise<Leaseholder> {
  const ws = createRequire(import.meta.url).resolve('ws');
  const innerPids = [target.pid, ...target.innerPids];
  const spec = JSON.stringify({ pid: target.pid, innerPids, before: [...before], ws, expression: leaseExpression, holderMs });
  const holder = spawn(process.execPath, ['--input-type=module', '-e', holderSource, spec], {
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  holder.unref();
  holder.stdin.on('error', () => undefined);
  const ended = once(holder, 'exit').then(
    ([code]) => code === 0,
    () => false,
  );
  await Promise.race([once(holder.stdout, 'data'), ended]);
  holder.stdout.resume();
  return { done: ended, dismiss: () => holder.stdin.end('stop') };
}
