import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAuditLog } from '../../../adapters/artifacts/audit-log.js';
import { startHttpTarget, type HttpTarget } from '../../support/services/http-target.js';
import { startRunbookWorld } from '../../support/stories/runbook-world.js';
import { until } from '../../support/until.js';

const secret = 'runbook-secret+value/0123';
let world: Awaited<ReturnType<typeof startRunbookWorld>>;
let target: HttpTarget;

beforeAll(async () => {
  process.env['TEST_RUNBOOK_SECRET'] = secret;
  target = await startHttpTarget();
  world = await startRunbookWorld(
    () => `version: 1
services:
  shop:
    endpoints: { order: { url: "${target.url}/order", budgets: { errorRatio: 0.1 } } }
`,
  );
});

afterAll(async () => {
  await world.teardown();
  await target.close();
  delete process.env['TEST_RUNBOOK_SECRET'];
});

/** What the steps of a test leave, in order. */
const log = (): string => join(world.directory, 'log');
const logged = (): string[] => (existsSync(log()) ? readFileSync(log(), 'utf8').trim().split('\n') : []);
beforeEach(() => rmSync(log(), { force: true }));

/** Everything that a history holds, its payloads decoded. */
function textsIn(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'object' && value !== null) return Object.values(value).map(textsIn).join('\n');
  return String(value);
}

const head = (risk = 'low', more = ''): string => `apiVersion: perf-responder/runbook.v1
name: test
title: A test
service: shop
risk: ${risk}
${more}`;
const say = (word: string): string => `[sh, -c, 'echo ${word} >> log; echo said ${word}']`;

describe('a run', () => {
  it('goes through its steps and says what each did', async () => {
    const run = await world.start(
      `${head('low', 'params: { count: { type: integer, default: 2 } }')}
preflight: [{ id: tool, title: Tool is there, kind: command, run: [sh, -c, 'echo v1'], expect: { stdout: 'v[0-9]' } }]
steps:
  - { id: one, title: First, kind: command, run: [echo, '{{count+1}}', 'a b; rm -rf *'] }
  - { id: pause, title: Pause, kind: wait, for: 1s }
  - { id: two, title: Second, kind: command, run: ${say('two')}, when: '{{steps.one.exit}} == 0' }
  - { id: never, title: Never, kind: command, run: ${say('never')}, when: '{{count}} > 5' }
postcheck: [{ id: still, title: Still, kind: command, run: ['true'] }]
`,
    );
    expect(run).toMatchObject({
      runbook: 'test',
      target: 'shop',
      executor: 'alice',
      preflight: [{ id: 'tool', title: 'Tool is there', verdict: 'pass', detail: 'v1' }],
      verification: [{ id: 'still', verdict: 'pass' }],
      counts: { total: 4, completed: 3, skipped: 1, failed: 0 },
      result: 'success',
      waitsFor: null,
    });
    expect(run.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(run.steps.map(({ n, id, kind, state }) => [n, id, kind, state])).toEqual([
      [1, 'one', 'command', 'completed'],
      [2, 'pause', 'wait', 'completed'],
      [3, 'two', 'command', 'completed'],
      [4, 'never', 'command', 'skipped'],
    ]);
    // A value is one argument, whatever stands in it.
    expect(run.steps[0]).toMatchObject({ command: "echo 3 'a b; rm -rf *'", output: '3 a b; rm -rf *\n', attempts: 1 });
    expect(logged()).toEqual(['two']);
  });

  it('starts nothing when a pre-flight check fails, and makes all checks', async () => {
    const run = await world.start(`${head()}
preflight:
  - { id: bad, title: Bad, kind: command, run: [sh, -c, 'echo no such context >&2; exit 3'] }
  - { id: good, title: Good, kind: command, run: ['true'] }
steps: [{ id: one, title: One, kind: command, run: ${say('one')} }]
`);
    expect(run.result).toBe('aborted');
    expect(run.preflight).toMatchObject([
      { id: 'bad', verdict: 'fail', detail: 'expected exit code 0, got 3: no such context' },
      { id: 'good', verdict: 'pass' },
    ]);
    expect(run.steps[0]?.state).toBe('pending');
    expect(logged()).toEqual([]);
  });

  it('undoes in reverse what was done, not what failed', async () => {
    const run = await world.start(`${head()}
steps:
  - { id: one, title: One, kind: command, run: ${say('one')}, rollback: { run: ${say('undo-one')} } }
  - { id: two, title: Two, kind: command, run: ${say('two')}, rollback: { run: [sh, -c, 'echo undo-two >> log; exit 9'] } }
  - { id: three, title: Three, kind: command, run: ${say('three')}, rollback: { run: ${say('undo-three')} } }
  - { id: four, title: Four, kind: command, run: [sh, -c, 'exit 7'], rollback: { run: ${say('undo-four')} } }
  - { id: five, title: Five, kind: command, run: ${say('five')} }
`);
    expect(logged()).toEqual(['one', 'two', 'three', 'undo-three', 'undo-two', 'undo-one']);
    expect(run.result).toBe('failed');
    expect(run.rollback.map(({ id, state }) => [id, state])).toEqual([
      ['three', 'done'],
      ['two', 'failed'],
      ['one', 'done'],
    ]);
    expect(run.steps.map(({ state }) => state)).toEqual(['rolled-back', 'rollback-failed', 'rolled-back', 'failed', 'pending']);
  });

  it('ends as rolled-back when everything could be undone', async () => {
    const run = await world.start(`${head()}
steps:
  - { id: one, title: One, kind: command, run: ${say('one')}, rollback: { run: ${say('undo')} } }
  - { id: two, title: Two, kind: command, run: ['false'] }
`);
    expect([run.result, logged()]).toEqual(['rolled-back', ['one', 'undo']]);
  });

  it('rolls a step back that ran but whose verification failed', async () => {
    const run = await world.start(`${head()}
steps:
  - { id: one, title: One, kind: command, run: ${say('one')}, verify: { run: ['false'], timeout: 1s }, rollback: { run: ${say('undo')} } }
`);
    expect([run.result, logged()]).toEqual(['rolled-back', ['one', 'undo']]);
  });

  it('waits for a person at a manual step, who confirms with their name', async () => {
    const waiting = await world.start(`${head()}
steps: [{ id: look, title: Look, kind: manual, text: 'No red tile?' }, { id: one, title: One, kind: command, run: ${say('one')} }]
`);
    expect(waiting).toMatchObject({ result: 'waiting', waitsFor: { kind: 'manual', step: 'look', text: 'No red tile?', needed: 1 } });
    expect(logged()).toEqual([]);
    await expect(world.say(waiting.runId, 'approve', 'bob')).rejects.toThrow('expected --step look');
    const run = await world.say(waiting.runId, 'approve', 'bob', { step: 'look' });
    expect(run).toMatchObject({
      result: 'success',
      steps: [{ state: 'completed', approvals: [{ person: 'bob' }] }, { state: 'completed' }],
    });
    await expect(world.say(waiting.runId, 'approve', 'carol', { step: 'look' })).rejects.toThrow(
      /has ended|last decided: approve manual of step look by bob/,
    );
  });

  it('aborts with rollback when nobody answers in time, or somebody says no', async () => {
    const text = (timeout: string): string => `${head()}
steps:
  - { id: one, title: One, kind: command, run: ${say('one')}, rollback: { run: ${say('undo')} } }
  - { id: look, title: Look, kind: manual, text: 'Red?', timeout: ${timeout} }
`;
    const waiting = await world.start(text('1s'));
    await expect.poll(async () => (await world.runs.document(waiting.runId)).result, { timeout: 60_000 }).toBe('aborted');
    expect(logged()).toEqual(['one', 'undo']);
    const second = await world.start(text('10m'));
    const rejected = await world.say(second.runId, 'reject', 'bob', { step: 'look' });
    expect(rejected).toMatchObject({ result: 'aborted', rollback: [{ id: 'one', state: 'done' }] });
  });
});

describe('approvals of the risk', () => {
  const text = (risk: string): string => `${head(risk)}
steps:
  - { id: see, title: See, kind: wait, for: 1s }
  - { id: one, title: One, kind: command, run: ${say('one')}, probe: { run: [sh, -c, 'cat reading'], done: '== done' } }
`;
  beforeEach(() => writeFileSync(join(world.directory, 'reading'), 'first'));

  it('medium: one, which may be the one who asked; --yes gives it', async () => {
    const waiting = await world.start(text('medium'));
    expect(waiting.waitsFor).toMatchObject({ kind: 'risk-approval', step: null, needed: 1 });
    expect(logged()).toEqual([]);
    expect((await world.say(waiting.runId, 'approve', 'alice')).result).toBe('success');
    expect((await world.start(text('medium'), { approvesItself: true })).result).toBe('success');
  });

  it('high: two others, never the one who asked; --yes gives none', async () => {
    const waiting = await world.start(text('high'), { approvesItself: true });
    expect(waiting.waitsFor).toMatchObject({ needed: 2, approvals: [] });
    for (const name of ['alice', 'Alice', ' alice'])
      await expect(world.say(waiting.runId, 'approve', name)).rejects.toThrow('two other people');
    const once = await world.say(waiting.runId, 'approve', 'bob');
    expect(once.result).toBe('waiting');
    for (const name of ['bob', 'BOB']) await expect(world.say(waiting.runId, 'approve', name)).rejects.toThrow('another person is needed');
    expect(logged()).toEqual([]);
    expect((await world.say(waiting.runId, 'approve', 'carol')).result).toBe('success');
  });

  it('are void when what the probe reads has changed, and a stale one is refused', async () => {
    const waiting = await world.start(text('medium'));
    const seen = waiting.waitsFor?.digest ?? '';
    writeFileSync(join(world.directory, 'reading'), 'second');
    const again = await world.say(waiting.runId, 'approve', 'bob', { digest: seen });
    expect(again).toMatchObject({ result: 'waiting', waitsFor: { approvals: [] } });
    expect(again.waitsFor?.digest).not.toBe(seen);
    expect(logged()).toEqual([]);
    await expect(world.say(waiting.runId, 'approve', 'bob', { digest: seen })).rejects.toThrow(
      /stale: what was to be approved has changed/,
    );
    expect((await world.say(waiting.runId, 'approve', 'bob', { digest: again.waitsFor?.digest ?? '' })).result).toBe('success');
  });
});

describe('safety', () => {
  it('a dry run changes nothing and says what it cannot tell', async () => {
    writeFileSync(join(world.directory, 'reading'), '3');
    const run = await world.start(
      `${head('high')}
steps:
  - { id: one, title: One, kind: command, run: ${say('one')}, probe: { run: [sh, -c, 'cat reading'], done: '== 3' } }
  - { id: two, title: Two, kind: command, run: [echo, '{{steps.one.output}}'] }
`,
      { isDryRun: true },
    );
    expect(run.result).toBe('dry-run');
    expect(run.steps.map(({ state }) => state)).toEqual(['planned', 'planned']);
    expect(run.steps[0]?.reason).toContain('the probe reads 3: it has happened already');
    expect(run.steps[0]?.reason).toContain('not simulated');
    expect(run.steps[1]?.reason).toContain('not simulated: {{steps.one.output}}');
    expect(logged()).toEqual([]);
  });

  it('a dry run goes on past a step that cannot be tried, and makes the checks', async () => {
    const run = await world.start(
      `${head()}
steps:
  - { id: one, title: One, kind: sql, database: nowhere, sql: 'SELECT 1', writes: false }
  - { id: two, title: Two, kind: check, check: service.nope }
  - { id: three, title: Three, kind: note, text: the last one }
`,
      { isDryRun: true },
    );
    expect(run).toMatchObject({ result: 'dry-run', steps: [{ state: 'planned' }, { state: 'planned' }, { state: 'planned' }] });
    expect(run.steps[0]?.reason).toContain('not simulated: expected a database of the catalog');
    expect(run.steps[1]?.reason).toContain('expected one of the checks');
  });

  it('a run that is terminated is shown as lost, not as one that goes on', async () => {
    const waiting = await world.start(`${head()}
steps: [{ id: look, title: Look, kind: manual, text: 'No red tile?' }]
`);
    await world.environment.client.workflow.getHandle(waiting.runId).terminate('by hand');
    const lost = await world.runs.document(waiting.runId);
    expect(lost).toMatchObject({ result: 'failed', waitsFor: null, lost: { how: 'terminated' } });
    expect(lost.endedAt).toBe(lost.lost?.at);
  });

  it('ends a step with its group when it times out, and lets the probe decide', async () => {
    const text = (reading: string): string => `${head()}
steps:
  - id: slow
    title: Slow
    kind: command
    run: [sh, -c, 'echo begun >> log; (sleep 2; echo late >> log) & wait']
    probe: { run: [sh, -c, 'test -f log && echo ${reading} || echo before'], done: '== after' }
    timeout: 1s
    rollback: { run: ${say('undo')} }
`;
    const happened = await world.start(text('after'));
    expect(happened).toMatchObject({ result: 'success', steps: [{ state: 'completed' }] });
    expect(happened.steps[0]?.reason).toContain('timed out');
    rmSync(log());
    const not = await world.start(text('before'));
    expect(not).toMatchObject({ result: 'failed', steps: [{ state: 'failed', attempts: 1 }] });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(logged()).toEqual(['begun']);
  });

  it('asks a person about a step whose end nobody knows', async () => {
    const text = `${head()}
steps:
  - { id: slow, title: Slow, kind: command, run: [sh, -c, 'echo begun >> log; sleep 60'], timeout: 1s, rollback: { run: ${say('undo')} } }
  - { id: next, title: Next, kind: command, run: ${say('next')} }
`;
    const counted = await world.start(text);
    expect(counted).toMatchObject({ steps: [{ state: 'unknown' }, {}], waitsFor: { kind: 'unknown', step: 'slow' } });
    await expect(world.say(counted.runId, 'approve', 'bob')).rejects.toThrow('expected one of retry, count-as-done, skip, reject');
    expect(await world.say(counted.runId, 'count-as-done', 'bob')).toMatchObject({ result: 'success' });
    const refused = await world.start(text);
    expect(await world.abort(refused.runId, 'bob')).toMatchObject({ result: 'aborted', rollback: [{ id: 'slow', state: 'done' }] });
    expect(logged()).toEqual(['begun', 'next', 'begun', 'undo']);
  });

  it('stops a running step when the run is aborted, and undoes it', async () => {
    const started = world.start(`${head()}
steps: [{ id: slow, title: Slow, kind: command, run: [sh, -c, 'echo begun >> log; sleep 60'], rollback: { run: ${say('undo')} } }]
`);
    await expect.poll(logged, { timeout: 60_000 }).toEqual(['begun']);
    // The list of the server may lag behind what runs.
    const running = await until(async () => {
      const query = 'WorkflowType = "executeRunbook" AND ExecutionStatus = "Running"';
      const listed = [];
      for await (const { workflowId } of world.environment.client.workflow.list({ query })) listed.push(workflowId);
      return listed.length > 0 ? listed : null;
    });
    for (const runId of running) await world.abort(runId, 'bob');
    expect(await started).toMatchObject({ result: 'aborted', rollback: [{ id: 'slow', state: 'done' }] });
    expect(logged()).toEqual(['begun', 'undo']);
  });

  it('gives a step nothing of the environment but what is named, and shows no secret in any form', async () => {
    const run = await world.start(`${head('low', 'env: { TOKEN: { env: TEST_RUNBOOK_SECRET } }')}
steps:
  - { id: names, title: Names, kind: command, run: [sh, -c, 'env | cut -d= -f1 | sort | tr "\\n" " "'] }
  - { id: plain, title: Plain, kind: command, run: [sh, -c, 'echo "it is $TOKEN"; echo "$TOKEN" >&2'] }
  - { id: coded, title: Coded, kind: command, run: [sh, -c, 'printf %s "xx$TOKEN-y" | base64'] }
`);
    expect(run.result).toBe('success');
    expect(run.steps[0]?.output.split(' ').filter((name) => !['PWD', '_', 'SHLVL', 'OLDPWD', ''].includes(name))).toEqual([
      'LANG',
      'PATH',
      'TOKEN',
    ]);
    expect(run.steps[1]?.output).toBe('it is ***\n***\n');
    expect(run.steps[2]?.output).not.toContain(Buffer.from(secret).toString('base64').slice(4, 20));
    const history = textsIn(await world.environment.client.workflow.getHandle(run.runId).fetchHistory());
    expect(history).toContain('TEST_RUNBOOK_SECRET');
    expect(history).not.toContain(secret.slice(0, 14));
    expect(history).not.toContain(Buffer.from(`xx${secret}`).toString('base64').slice(4, 20));
  });

  it('lets one run at a time hold a lock', async () => {
    const text = `${head('low', 'lock: shop')}
steps: [{ id: look, title: Look, kind: manual, text: 'Go on?' }]
`;
    const first = await world.start(text);
    const second = await world.start(text);
    expect(second).toMatchObject({ result: 'aborted', preflight: [{ id: 'lock', verdict: 'fail' }] });
    expect((await world.say(first.runId, 'approve', 'bob', { step: 'look' })).result).toBe('success');
    const third = await world.start(text);
    expect(third.waitsFor).toMatchObject({ kind: 'manual' });
    await world.abort(third.runId, 'bob');
  });

  it('guided: waits before every step, and leaves out what a person skips', async () => {
    const text = `${head()}
steps: [{ id: one, title: One, kind: command, run: ${say('one')} }, { id: two, title: Two, kind: command, run: ${say('two')} }, { id: three, title: Three, kind: command, run: ${say('three')} }]
`;
    const first = await world.start(text, { isGuided: true });
    expect([first.waitsFor?.kind, first.waitsFor?.step, logged()]).toEqual(['guided', 'one', []]);
    await world.say(first.runId, 'approve', 'bob');
    const third = await world.say(first.runId, 'skip', 'bob');
    expect([third.waitsFor?.step, logged()]).toEqual(['three', ['one']]);
    const end = await world.say(first.runId, 'reject', 'bob');
    expect([end.result, end.steps.map(({ state }) => state)]).toEqual(['aborted', ['completed', 'skipped', 'failed']]);
  });

  it('asks over HTTP with its secret, again where that is harmless, and judges the answer', async () => {
    const before = target.seen.length;
    const run = await world.start(`${head()}
steps:
  - { id: purge, title: Purge, kind: http, request: { method: POST, url: '${target.url}/purge', headers: { authorization: { env: TEST_RUNBOOK_SECRET } }, body: '{"all": true}' }, expect: { status: 200, body: 'ok' } }
  - { id: again, title: Again, kind: http, request: { method: PUT, url: '${target.url}/fail' }, expect: { status: 200 }, idempotent: true, retry: { attempts: 3, every: 1s }, onFailure: continue }
  - { id: once, title: Once, kind: http, request: { method: POST, url: '${target.url}/moved' }, expect: { status: 200 } }
`);
    expect(run.steps.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['completed', 1],
      ['failed', 3],
      ['failed', 1],
    ]);
    // A redirect is an answer, not followed: it could lead anywhere.
    expect(run.steps[2]?.reason).toContain('302');
    expect(target.seen.slice(before).map(({ method, path, authorization }) => [method, path, authorization])).toEqual([
      ['POST', '/purge', secret],
      ...Array.from({ length: 3 }, () => ['PUT', '/fail', undefined]),
      ['POST', '/moved', undefined],
    ]);
    expect(JSON.stringify(run)).not.toContain(secret);
  });

  it('runs a step again whose end nobody knew when a person says so, and leaves it out when they say that', async () => {
    const text = `${head()}
steps: [{ id: one, title: One, kind: command, run: [sh, -c, 'echo one >> log; kill -9 $$'] }, { id: two, title: Two, kind: command, run: ${say('two')} }]
`;
    const first = await world.start(text);
    expect(first.waitsFor).toMatchObject({ kind: 'unknown', step: 'one' });
    expect((await world.say(first.runId, 'retry', 'bob')).waitsFor).toMatchObject({ kind: 'unknown', step: 'one' });
    const end = await world.say(first.runId, 'skip', 'bob');
    expect([end.result, end.steps.map(({ state }) => state), logged()]).toEqual([
      'success',
      ['skipped', 'completed'],
      ['one', 'one', 'two'],
    ]);
  });

  it('writes every acting step and rollback to the audit log, and no look', async () => {
    const run = await world.start(`${head()}
preflight: [{ id: look, title: Look, kind: command, run: ['true'] }]
steps:
  - { id: one, title: One, kind: command, run: ${say('one')}, rollback: { run: ${say('undo')} }, probe: { run: [echo, none], done: '== never' } }
  - { id: two, title: Two, kind: command, run: ['false'] }
`);
    const acts = (await readAuditLog(world.dataDirectory)).filter(({ subject }) => subject === run.runId);
    expect(acts.map(({ action, state, what, result }) => [action, state, what.split(':')[0], result])).toEqual([
      ['runbook-step', 'begun', 'steps.one', null],
      ['runbook-step', 'done', 'steps.one', 'done'],
      ['runbook-step', 'begun', 'steps.two', null],
      ['runbook-step', 'done', 'steps.two', 'failed: expected exit code 0, got 1'],
      ['runbook-rollback', 'begun', 'rollback.one', null],
      ['runbook-rollback', 'done', 'rollback.one', 'done'],
    ]);
    expect(acts[0]).toMatchObject({ who: 'alice (unverified)', target: 'shop', host: 'test' });
  });
});
