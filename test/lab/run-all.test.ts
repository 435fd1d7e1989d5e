/** What becomes of a run of the lab when a process of it is killed, with real processes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runAll, type LabPlace } from '../../lab/cases/run-all.js';
import type { CaseResult, LabCase } from '../../lab/cases/run-case.js';
import { triageDocumentSchema } from '../../lab/cases/triage-document.js';
import { startProgram, unexpectedEnds, type ChildProgram } from '../../lab/stack/child-program.js';
import { until } from '../support/until.js';

const folder = mkdtempSync(join(tmpdir(), 'run-all-'));
const program = join(folder, 'service.mjs');
writeFileSync(
  program,
  `import { createServer } from 'node:http';
   createServer((_, response) => response.end('incident')).listen(0, '127.0.0.1', function () {
     process.stderr.write('serving since now\\n');
     console.log(JSON.stringify({ port: this.address().port }));
   });`,
);
afterAll(() => rmSync(folder, { recursive: true }));

const quiet = triageDocumentSchema.parse({
  ...{ incidentId: 'i', outcome: 'not-reproduced', endpoint: 'a/b', branch: null, causes: [], missingEvidence: [], reruns: [] },
  confirmation: { verdict: 'not-reproduced', observed: { p95Ms: 10, errorRatio: 0 } },
  timing: { loadWindowMs: 10_000, reportReadyMs: 12_000 },
});

/** A service that every case asks; `onCase` is what befalls each of them before it does. */
function createPlace(names: string[], onCase: (name: string, service: ChildProgram) => Promise<void>) {
  const state = { starts: 0, failingStarts: 0, service: null as ChildProgram | null };
  const place: LabPlace = {
    start: async () => {
      state.starts += 1;
      if (state.starts > 1 && state.failingStarts-- > 0) throw new Error('no room');
      const service = await startProgram(program, [], { readyWithinMs: 60_000 });
      state.service = service;
      const { port } = service.ready as { port: number };
      const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();
      const cases = names.map((name): LabCase => {
        const start: LabCase['start'] = async () => {
          await onCase(name, service);
          return { places: { peers: {}, sessions: new Map() }, stop: () => Promise.resolve() };
        };
        const truth = { cause: null, outcomes: ['not-reproduced' as const] };
        return { name, kind: 'control', title: name, target: { service: 'a', endpoint: 'b' }, budgetP95Ms: 200, truth, start };
      });
      const settled = { incidentId: 'i', phase: 'ended', outcome: null, stage: '', endedAt: null };
      const incidents = { postAlert: ask, follow: () => Promise.resolve(settled), triage: () => Promise.resolve(quiet) };
      const unused = { exportEvidence: () => Promise.resolve(), rerun: () => Promise.reject(new Error('not asked for')) };
      const responder = { incidents: { ...incidents, ...unused }, temporal: { closeIncident: () => Promise.resolve() }, scratch: folder };
      return { responder, cases };
    },
    stop: async () => state.service?.stop(),
  };
  return { place, state };
}

async function run(place: LabPlace) {
  const told: string[] = [];
  const options = { durationMs: 10_000, record: false, rerun: false, repeat: 1, say: () => undefined };
  const onResult = ({ name }: LabCase, { notRun, score }: CaseResult): void => {
    told.push(`${name} ${notRun === null ? (score?.right === true ? 'right' : 'wrong') : 'not run'}`);
  };
  const results = await runAll(place, { ...options, onResult }).finally(() => place.stop());
  return { told, results };
}

describe('a run of the lab', { timeout: 120_000 }, () => {
  it('goes on when a process of it is killed: all is started anew, and what was not run is tried once more at the end', async () => {
    const killed: number[] = [];
    const { place, state } = createPlace(['one', 'two', 'three'], async (name, { pid }) => {
      if (name !== 'two' || killed.length > 0) return;
      killed.push(pid);
      const before = unexpectedEnds().length;
      process.kill(pid, 'SIGKILL');
      await until(() => unexpectedEnds().length > before);
    });
    const { told, results } = await run(place);
    expect(told).toEqual(['one right', 'two not run', 'three right', 'two right']);
    expect(results.map(({ fault, notRun }) => [fault, notRun])).toEqual(['one', 'two', 'three'].map((name) => [name, null]));
    expect(state.starts).toBe(2);
    const end = `service.mjs (process ${killed[0] ?? 0}) ended by itself: SIGKILL; it said last:\nserving since now`;
    expect(unexpectedEnds().at(-1)).toBe(end);
  });

  it('tells as not run what can be set up neither the first nor the second time, and why', async () => {
    const { place, state } = createPlace(['one', 'two'], (name) =>
      name === 'one' ? Promise.reject(new Error('listen EADDRINUSE 127.0.0.1:1')) : Promise.resolve(),
    );
    const { told, results } = await run(place);
    expect(told).toEqual(['one not run', 'two right', 'one not run']);
    expect(results[0]?.notRun).toBe('it could not be set up: listen EADDRINUSE 127.0.0.1:1');
    expect(state.starts).toBe(1);
  });

  it('goes on when it cannot be started anew at once', async () => {
    const killed: number[] = [];
    const { place, state } = createPlace(['one', 'two', 'three'], async (name, { pid }) => {
      if (name !== 'one' || killed.length > 0) return;
      killed.push(pid);
      const before = unexpectedEnds().length;
      process.kill(pid, 'SIGKILL');
      await until(() => unexpectedEnds().length > before);
    });
    state.failingStarts = 1;
    const { told, results } = await run(place);
    expect(told).toEqual(['one not run', 'two not run', 'three right', 'one right', 'two right']);
    expect(results.filter(({ notRun }) => notRun !== null)).toEqual([]);
  });

  it('counts nothing as an end by itself that was asked for', async () => {
    const before = unexpectedEnds().length;
    const service = await startProgram(program, [], { readyWithinMs: 60_000 });
    await service.stop();
    expect(unexpectedEnds()).toHaveLength(before);
  });
});
