/** A runbook whose steps hold a real load: alone, since two loads on one machine measure each other. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHttpTarget, type HttpTarget } from '../support/services/http-target.js';
import { startRunbookWorld } from '../support/stories/runbook-world.js';

let world: Awaited<ReturnType<typeof startRunbookWorld>>;
let target: HttpTarget;

beforeAll(async () => {
  target = await startHttpTarget();
  world = await startRunbookWorld(
    () => `version: 1
services:
  shop:
    loadMinutesPerDay: 60
    endpoints:
      order: { url: "${target.url}/order", budgets: { errorRatio: 0.1 }, load: { executor: constant-arrival-rate, rate: 20, duration: 20s, maxVus: 10 } }
      failing: { url: "${target.url}/fail", budgets: { errorRatio: 0.1 }, load: { executor: constant-arrival-rate, rate: 20, duration: 10s, maxVus: 10 } }
`,
  );
});

afterAll(async () => {
  await world.teardown();
  await target.close();
});

/** What the steps leave, in order. */
const logged = (): string[] => {
  const log = join(world.directory, 'log');
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
};
const head = (): string => `apiVersion: perf-responder/runbook.v1
name: test
title: A test
service: shop
risk: low
`;
const say = (word: string): string => `[sh, -c, 'echo ${word} >> log; echo said ${word}']`;

it('proves by the same load as a triage: within the budget it passes, outside it fails and what was done is undone', async () => {
  const run = await world.start(`${head()}
steps:
  - { id: one, title: One, kind: command, run: ${say('one')}, rollback: { run: ${say('undo')} } }
  - { id: good, title: Good, kind: load, endpoint: shop/order }
  - { id: bad, title: Bad, kind: load, endpoint: shop/failing }
`);
  expect(run.steps.map(({ state }) => state)).toEqual(['rolled-back', 'completed', 'failed']);
  expect(run.steps[2]?.reason).toMatch(/^outside its budget: .*100\.0 % of \d+ requests failed/);
  expect([run.result, logged()]).toEqual(['rolled-back', ['one', 'undo']]);
  const nowhere = await world.start(`${head()}
steps: [{ id: one, title: One, kind: command, run: ['true'] }]
postcheck: [{ id: proof, title: Proof, kind: load, endpoint: shop/nowhere }]
`);
  expect(nowhere.verification[0]).toMatchObject({ verdict: 'fail', detail: expect.stringContaining('shop/nowhere') as string });
}, 90_000);
