import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { readProfileBytes } from '../../../adapters/artifacts/profile-file.js';
import { captureNodeProfile } from '../../../adapters/profilers/node/node-inspector.js';
import { lookScript } from '../../../adapters/profilers/node/stack-looks.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';
import { startNodeProgram } from '../../support/services/node-program.js';

/** Small enough to be inlined into its caller. Its lines are beyond the end of the file of its caller, and inside of the file of Node's that calls that one. */
const discounts = `${'// What marketing planned.\n'.repeat(150)}
exports.bestOf = function bestOf(all, day) {
  let best = 0;
  for (let first = 0; first < all.length; first++) {
    for (let second = 0; second < all.length; second++) {
      const sum = all[first].percent + all[second].percent;
      if (all[first].day <= day && all[second].day <= day && sum > best) best = sum;
    }
  }
  return best;
};
`;

const server = `
const http = require('node:http');
const { bestOf } = require('./discounts.cjs');
const all = Array.from({ length: 400 }, (_, index) => ({ percent: index % 9, day: index % 360 }));
const route = { handle: (day) => bestOf(all, day) };
function answer(request, response) {
  response.end(String(route.handle(request.url.length)));
}
// Long enough for the compiler to have made one function of the three.
for (let call = 0; call < 3000; call++) answer({ url: '/' }, { end() {} });
http.createServer(answer).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

it('charges a function that V8 inlined for its samples, and not the caller', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inlined-'));
  await writeFile(join(folder, 'discounts.cjs'), discounts);
  await writeFile(join(folder, 'server.cjs'), server);
  const program = await startNodeProgram(`require(${JSON.stringify(join(folder, 'server.cjs'))})`, ['--inspect-port=0']);
  try {
    const state = { goesOn: true };
    const calls = [1, 2].map(async () => {
      while (state.goesOn) await fetch(`http://127.0.0.1:${program.port}/`).then((response) => response.text());
    });
    const capture = await captureNodeProfile({ pid: program.pid, durationMs: 3000 });
    state.goesOn = false;
    await Promise.all(calls);
    expect(capture.cpuProfile).not.toContain('perf-incident-responder:look');
    const summary = summarizeProfile(await readProfileBytes(new TextEncoder().encode(capture.cpuProfile)));
    expect(summary.leaves[0]?.frame).toBe('bestOf');
    expect(summary.leaves[0]?.module).toContain('discounts.cjs');
    expect(summary.leaves[0]?.stack).toEqual(expect.arrayContaining(['answer', 'handle', 'bestOf']));
    const caller = summary.leaves.find(({ frame }) => frame === 'answer');
    expect(caller?.selfShare ?? 0).toBeLessThan((summary.leaves[0]?.selfShare ?? 0) / 4);
  } finally {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

it('ends a look also in a service whose clock stands still', () => {
  expect(() => void runInNewContext(lookScript, { Date: { now: () => 0 } }, { timeout: 5000 })).not.toThrow();
});
