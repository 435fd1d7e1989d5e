import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { evaluate, openInspectorSession, type InspectorSession } from '../../../adapters/profilers/node/inspector-session.js';
import { lookAtAwaits } from '../../../adapters/profilers/node/standing-awaits.js';
import type { Standing } from '../../../core/model/standing.js';

/** Twelve users, two of whom are served at any moment; one worker of the background; a race whose loser never ends. */
const program = `import { setTimeout as sleep } from 'node:timers/promises';
const queue = [];
let free = 2;
async function takeTurn() {
  if (free > 0) { free -= 1; return; }
  await new Promise((resolve) => queue.push(resolve));
}
function giveBack() {
  const next = queue.shift();
  if (next === undefined) free += 1;
  else next();
}
const never = new Promise(() => {});
async function serve() {
  await takeTurn();
  await Promise.race([never, sleep(4)]);
  giveBack();
}
async function user() { for (;;) await serve(); }
async function background() { for (;;) await sleep(60_000); }
background();
for (let i = 0; i < 12; i += 1) user();
console.error('serving');
`;

const traceSettings = '`${Error.stackTraceLimit} ${typeof Error.prepareStackTrace}`';

let folder = '';
let child: ChildProcess | null = null;
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<{ session: InspectorSession; file: string }> {
  folder = await mkdtemp(join(tmpdir(), 'standing-awaits-'));
  const file = join(folder, 'service.mjs');
  await writeFile(file, program);
  const started = spawn(process.execPath, ['--inspect=127.0.0.1:0', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  child = started;
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /ws:\/\/\S+/.exec(said)?.[0];
      if (found !== undefined && said.includes('serving')) resolve(found);
    });
    started.once('exit', (code) => reject(new Error(`the program ended with ${String(code)}: ${said}`)));
  });
  return { session: await openInspectorSession(url), file };
}

/** A process that had no CPU for the whole look could not tell: then the next one. */
async function look(session: InspectorSession): Promise<Standing> {
  for (;;) {
    const standing = await lookAtAwaits(session, child?.pid ?? 0, { awaitsMs: 900, pass: (ms) => sleep(ms) });
    if (standing !== null && standing.sites.length > 0) return standing;
  }
}

describe('a Node process that is asked where it waits', { timeout: 60_000 }, () => {
  it('tells the line at which requests queue, and is as it was before afterwards', async () => {
    const { session, file } = await start();
    const before = await evaluate(session, traceSettings);
    const { what, looks, sites } = await look(session);
    expect({ what, isFollowed: looks > 0 }).toEqual({ what: 'awaits', isFollowed: true });
    const [first] = sites;
    expect(first?.frame).toEqual({ name: 'takeTurn', module: pathToFileURL(file).href, line: 6 });
    // Ten of the twelve wait for a turn; the two that have one race at another line.
    expect(first?.standing).toBeGreaterThan(7);
    expect(first?.standing).toBeLessThan(12);
    expect(sites.find(({ frame }) => frame.name === 'serve')?.standing ?? 0).toBeLessThan(5);
    expect(await evaluate(session, `globalThis[Symbol.for('perf-incident-responder.awaits')] === undefined`)).toBe(true);
    expect(await evaluate(session, traceSettings)).toBe(before);
    session.close();
  });

  it('is left alone by a look that is given up', async () => {
    const { session } = await start();
    const stopped = lookAtAwaits(session, 0, { awaitsMs: 60_000, pass: () => Promise.reject(new Error('stop it')) });
    await expect(stopped).rejects.toThrow('stop it');
    expect(await evaluate(session, `globalThis[Symbol.for('perf-incident-responder.awaits')] === undefined`)).toBe(true);
    session.close();
  });
});
