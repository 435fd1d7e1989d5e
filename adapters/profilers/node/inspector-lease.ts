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
/**
 * A target that is stopped, starved or blocked in a call answers the signal when it goes on, long after we have given up. Whoever was sent one is
 * watched until it answers or ends; one that has not within an hour is no service that anybody is on call for.
 */
const holderMs = 3_600_000;
/** Opening takes 5 s at most where nothing is in the way; after that it is looked for less often. */
const closeLookMs = 10_000;

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
const { pid, startTicks, innerPids, before, ws, expression, holderMs, closeLookMs } = JSON.parse(process.argv[1]);
const WebSocket = createRequire(ws)(ws);
process.stdin.on('data', () => process.exit(0)).on('error', () => {});
process.stdout.on('error', () => {});
const lives = () => {
  const stat = readFileSync('/proc/' + pid + '/stat', 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) === startTicks;
};
const held = () => readdirSync('/proc/' + pid + '/fd').flatMap((fd) => {
  try { return /^socket:\\[(\\d+)\\]$/.exec(readlinkSync('/proc/' + pid + '/fd/' + fd))?.[1] ?? []; } catch { return []; }
});
const listening = (inodes) => ['tcp', 'tcp6'].flatMap((name) => {
  let text = '';
  try { text = readFileSync('/proc/' + pid + '/net/' + name, 'utf8'); } catch {}
  return text.split('\\n').slice(1).map((line) => line.trim().split(/\\s+/))
    .filter((cells) => cells[3] === '0A' && inodes.includes(cells[9]) && !before.includes(Number(cells[9])))
    .map((cells) => ({ inode: cells[9], address: (name === 'tcp' ? '127.0.0.1:' : '[::1]:') + parseInt(cells[1].split(':')[1], 16) }));
});
const ask = (socket, id, text) => new Promise((resolve, reject) => {
  socket.on('message', (data) => { const message = JSON.parse(data); if (message.id === id) resolve(message.result?.result?.value); });
  socket.once('close', () => reject(new Error('closed')));
  socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression: text, returnByValue: true, includeCommandLineAPI: true, silent: true } }));
});
async function lease(address) {
  const answer = await fetch('http://' + address + '/json/list', { signal: AbortSignal.timeout(2000), redirect: 'manual' });
  const list = await answer.json().catch(() => null);
  const entry = Array.isArray(list) ? list.find((one) => one?.type === 'node') : undefined;
  if (entry === undefined) return 'no inspector';
  if (entry.webSocketDebuggerUrl === undefined) return 'taken';
  const socket = new WebSocket(entry.webSocketDebuggerUrl.replace(/^ws:\\/\\/[^/]+/, 'ws://' + address), { perMessageDeflate: false, handshakeTimeout: 2000 });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => {});
  const isIt = innerPids.includes(await ask(socket, 1, 'process.pid'));
  if (isIt) await ask(socket, 2, expression);
  socket.close();
  return isIt ? 'leased' : 'no inspector';
}
console.log('ready');
const began = Date.now();
const others = new Set();
let met = null;
for (;;) {
  let sockets = [];
  try { if (!lives()) break; sockets = listening(held()); } catch { break; }
  // Opened, and closed again by whoever had it.
  if (met !== null && !sockets.some(({ inode }) => inode === met)) break;
  for (const { inode, address } of sockets.filter((socket) => !others.has(socket.inode))) {
    const outcome = await lease(address).catch(() => 'no answer');
    if (outcome === 'leased') { console.log('leased'); process.exit(0); }
    if (outcome === 'taken') met = inode;
    if (outcome === 'no inspector') others.add(inode);
  }
  const waited = Date.now() - began;
  if (waited > holderMs) break;
  await new Promise((resolve) => setTimeout(resolve, waited < closeLookMs ? 30 : 500));
}
process.exit(1);
`;

/** As it sees itself and as the host does: the two differ in a container. */
interface LeasedProcess {
  pid: number;
  startTicks: number;
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
  const { pid, startTicks } = target;
  const times = { holderMs, closeLookMs };
  const spec = JSON.stringify({ pid, startTicks, innerPids, before: [...before], ws, expression: leaseExpression, ...times });
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
