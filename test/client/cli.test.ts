import { readFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkflowNotFoundError } from '@temporalio/common';
import { explainUpdate } from '../../client/temporal/bounded-calls.js';
import type { OnCallRow } from '../../client/oncall/on-call-rows.js';
import { statusText } from '../../client/cli/incident/incident-text.js';
import { sampleIncident } from '../support/stories/sample-incident.js';
import { documentOf, runCli } from './run-cli.js';
import { typeInto } from './typed.js';

const catalog = `version: 1
services:
  shop:
    endpoints:
      place-order: { method: POST, url: http://127.0.0.1:18080/orders, budgets: { p95Ms: 250 } }
      search: { url: http://127.0.0.1:18080/search }
  bank:
    environment: production
    endpoints: { transfer: { url: https://bank.test/transfer, budgets: { p95Ms: 100 } } }
`;

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'perf-cli-'));
  await writeFile(join(cwd, 'responder.yaml'), catalog);
  await writeFile(join(cwd, 'broken.yaml'), 'version: 1\nservices: { shop: { endpoints: { a: { url: ftp://127.0.0.1 } } } }\nhoook: {}\n');
  const reached = '{ notify: [{ kind: webhook, url: "http://127.0.0.1:1/" }] }';
  await writeFile(join(cwd, 'people.yaml'), `${catalog}people: { alice: ${reached}, bob: ${reached} }\n`);
  const encryption = 'encryption: { key: { env: NO_SUCH_KEY } }\n';
  await writeFile(join(cwd, 'encrypted.yaml'), `${catalog}${encryption}`);
  await writeFile(join(cwd, 'half-encrypted.yaml'), `${catalog}${encryption}hoook: {}\n`);
  await writeFile(join(cwd, 'garbage.bin'), Buffer.from([0, 1, 2, 255, 254]));
  await writeFile(join(cwd, 'stacks.folded'), 'main;handle;encode 900\nmain;handle;query 100\n');
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

const run = (...programArguments: string[]) => runCli(programArguments, { cwd });

describe.concurrent('perf-responder --help', () => {
  it.each([
    '',
    'triage',
    'rerun',
    'status',
    'report',
    'list',
    'approve',
    'reject',
    'ack',
    'close',
    'bisect',
    'worker',
    'artifacts',
    'hook',
    'dev',
    'doctor',
    'init',
    'setup',
    'completion',
    'analyze',
    'analyze load',
    'analyze profile',
    'analyze plan',
    'logs',
    'changes',
    'oncall test',
    'incident documents',
  ])('shows examples of "%s"', async (command) => {
    const { code, out, err } = await run(...command.split(' ').filter((word) => word !== ''), '--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/Usage: perf-responder[\s\S]*--json[\s\S]*Examples:\n {2}\$ /);
    // A default in milliseconds has to be worked out.
    expect(out).not.toMatch(/default:\s+\d{5,}/);
  });
});

describe.concurrent('bad input is exit code 2 with one clear message', () => {
  it.each<[string, string[], RegExp]>([
    ['no command', [], /^Usage: perf-responder [\s\S]*\nperf-responder: expected a command, got none/],
    ['a command without its sub-command', ['analyze'], /^Usage: perf-responder analyze [\s\S]*load [\s\S]*expected a command, got none/],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'; see perf-responder --help/],
    ['an unknown option', ['list', '--colour'], /unknown option '--colour'/],
    ['no endpoint', ['triage'], /missing required argument 'endpoint'/],
    ['no catalog', ['triage', 'shop/search', '--catalog', 'nowhere.yaml'], /expected a service catalog at .*nowhere\.yaml.*--catalog FILE/],
    [
      'a broken catalog',
      ['triage', 'shop/a', '--catalog', 'broken.yaml'],
      /2 problems\nbroken\.yaml:2: .*got "ftp:\/\/127.0.0.1".*\nbroken\.yaml:3: hoook: .*did you mean "hook"\?/,
    ],
    [
      'an unknown endpoint',
      ['triage', 'shop/place-ordr'],
      /unknown endpoint: expected one of shop\/place-order.*did you mean "shop\/place-order"\?/,
    ],
    [
      'a host outside the catalog',
      ['triage', 'GET http://example.test/'],
      /target not allowed: expected a host of the catalog .*got http:\/\/example\.test/,
    ],
    ['no symptom and no budget', ['triage', 'shop/search'], /no symptom: expected a budget of shop\/search/],
    ['production without allowLoad', ['triage', 'bank/transfer'], /production and the catalog has no allowLoad/],
    [
      'a symptom that is none',
      ['triage', 'shop/search', '--symptom', 'slow'],
      /symptom: expected what was observed, as "p95 900ms".*got "slow"/,
    ],
    ['a budget that is none', ['triage', 'shop/search', '--budget', 'p95:3'], /budget: expected METRIC=VALUE/],
    ['a duration without unit', ['triage', 'shop/search', '--duration', '30'], /--duration: expected a duration with its unit/],
    ['a duration out of bounds', ['triage', 'shop/place-order', '--duration', '5s'], /--duration: expected 10s to 24h, got 5s/],
    ['a rate out of bounds', ['triage', 'shop/place-order', '--rate', '0'], /--rate: expected a number from 0.1 to 100000, got "0"/],
    ['rate and users together', ['triage', 'shop/place-order', '--rate', '5', '--vus', '5'], /expected --rate or --vus, got both/],
    ['a k6 script that is not there', ['triage', 'shop/place-order', '--script', 'no.js'], /k6 script: expected a file at .*no\.js/],
    [
      'a report in no known form',
      ['triage', 'shop/place-order', '--report', 'out.pdf'],
      /--report: expected a file ending in \.md, \.json or \.html/,
    ],
    [
      'a report in a folder that is not there',
      ['triage', 'shop/place-order', '--report', 'no/out.md'],
      /--report: expected a folder that can be written, got .*no; make it/,
    ],
    ['a given profile that is none', ['triage', 'shop/place-order', '--profile', 'garbage.bin'], /garbage\.bin: expected a profile/],
    ['a given plan that is not there', ['triage', 'shop/place-order', '--plan', 'no.json'], /--plan: expected a readable file.*ENOENT/],
    ['a given plan that is none', ['triage', 'shop/place-order', '--plan', 'garbage.bin'], /Expected a query plan/],
    [
      'a ratio out of bounds',
      ['bisect', 'shop/search', '--min-effect', '1'],
      /--min-effect: expected a number from 1.01 .* --min-effect 1.2$/m,
    ],
    ['a listen address that is none', ['hook', '--listen', '127.0.0.1:99999'], /--listen: expected HOST:PORT .* got "127\.0\.0\.1:99999"/],
    ['a metrics address that is none', ['worker', '--metrics', 'here'], /--metrics: expected HOST:PORT/],
    [
      'encryption whose key is not there, before anything is sent',
      ['ack', 'shop/search', '--catalog', 'encrypted.yaml'],
      /encryption\.key: expected a secret in the environment variable NO_SUCH_KEY/,
    ],
    [
      'a catalog with encryption that cannot be read, where one without would not be needed',
      ['ack', 'shop/search', '--catalog', 'half-encrypted.yaml'],
      /half-encrypted\.yaml: the catalog has/,
    ],
    ['a health address that is none', ['worker', '--health-address', 'here'], /--health-address: expected HOST:PORT/],
    ['an origin that is none', ['worker', '--hook-origin', 'responder'], /--hook-origin: expected an http:\/\/ or https:\/\/ address/],
    ['a Temporal address that is none', ['list', '--address', '127.0.0.1:99999'], /--address: expected HOST:PORT/],
    ['a port that is none', ['dev', '--hook-port', 'x'], /--hook-port: expected a whole number from 0 to 65535/],
    [
      'a hook without a secret',
      ['hook', '--listen', '127.0.0.1:0'],
      /hook: expected a secret for at least one source.*RESPONDER_HOOK_TOKEN/,
    ],
    ['a summary that is not there', ['analyze', 'load', 'no.json'], /analyze load: expected a readable file.*ENOENT/],
    ['a summary that is none', ['analyze', 'load', 'garbage.bin'], /./],
    ['a profile that is none', ['analyze', 'profile', 'garbage.bin'], /./],
    ['a plan that is none', ['analyze', 'plan', 'garbage.bin'], /./],
  ])('%s', async (_name, programArguments, message) => {
    const { code, out, err } = await run(...programArguments);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect([code, out]).toEqual([2, '']);
  });

  it('is told as one document with --json, a refused triage as a triage document', async () => {
    const unknown = await run('list', '--colour', '--json');
    expect([unknown.code, documentOf(unknown)]).toEqual([
      2,
      { error: expect.stringContaining("unknown option '--colour'") as string, exitCode: 2 },
    ]);
    const refused = await run('triage', 'shop/nothing', '--json');
    expect([refused.code, documentOf(refused)]).toMatchObject([
      2,
      { outcome: 'refused', service: 'shop', endpoint: 'shop/nothing', causes: [], reasons: [expect.stringContaining('unknown endpoint')] },
    ]);
  });
});

describe('a Temporal server that does not answer', () => {
  it.each<[string, string[]]>([
    ['triage', ['triage', 'shop/place-order']],
    ['list', ['list', '--address', '127.0.0.1:2']],
    ['status', ['status', 'shop/place-order']],
  ])('is one message and exit code 1: %s', async (_name, programArguments) => {
    const { code, err } = await run(...programArguments, '--json');
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/expected a Temporal server at 127\.0\.0\.1:[12], but it does not answer.*perf-responder dev/);
  });
});

describe.concurrent('what could not have been meant', () => {
  const year = new Date().getUTCFullYear() + 1;
  it.each([
    ['a note without a text', ['note', 'INC-2026-0302-001', ' '], /expected the text of the note, got an empty one/],
    [
      'a note of something that is yet to come',
      ['note', 'INC-2026-0302-001', 'x', '--at', `${year}-06-01T10:00Z`],
      /--at: expected a time that has passed/,
    ],
    [
      'a correction to a time that is yet to come',
      ['correct', 'INC-2026-0302-001', 'T-1', '--at', `${year}-06-01T10:00Z`, '--reason', 'x'],
      /--at: expected a time that has passed/,
    ],
    ['an incident without a title', ['declare', ' '], /expected a title, got an empty one/],
    [
      'a service that the catalog does not have',
      ['declare', 'x', '--service', 'shpo'],
      /--service: expected one of shop, bank, got "shpo"; did you mean "shop"\?/,
    ],
    [
      'an endpoint that the catalog does not have',
      ['declare', 'x', '--endpoint', 'shop/serach'],
      /--endpoint: expected one of .*, got "shop\/serach"; did you mean "shop\/search"\?/,
    ],
    ['an onset that is yet to come', ['declare', 'x', '--at', `${year}-06-01T10:00Z`], /--at: expected a time that has passed/],
  ])('is refused before anything is sent: %s', async (_what, words, message) => {
    const { code, err } = await run('incident', ...words, '--json');
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('an incident that takes nothing more says so in words of incidents', () => {
    const gone = new WorkflowNotFoundError('not found', 'INC-2026-0302-001', undefined);
    expect(() => explainUpdate('INC-2026-0302-001')(gone)).toThrow(
      /closed, cancelled or merged, was ended from outside, or never was; incident status/,
    );
    expect(() => explainUpdate('perf-shop-order-1')(gone)).toThrow(/has ended; triage the endpoint again/);
  });
});

it('tells no minute of sixty seconds', () => {
  const { times, ...sample } = sampleIncident();
  const text = statusText({ ...sample, times: { ...times, tta: { ...times.tta, seconds: 119.6 } } });
  expect(text).toContain('answered after 2 min 0 s');
});

describe.concurrent('on-call', () => {
  it('a test page that reaches nobody is exit code 1', async () => {
    const { code, out, err } = await run('oncall', 'test', '--person', 'alice', '--catalog', 'people.yaml', '--json');
    expect(JSON.parse(out)).toMatchObject({ people: [{ person: 'alice', channels: [{ state: 'failed' }] }] });
    expect([code, err]).toEqual([1, expect.stringContaining('no page reached alice')]);
  });

  const file = `version: 1
people: { mere: { notify: [] }, joao: { notify: [] } }
oncall:
  cal: { rotation: { ical: rota.ics }, timezone: Pacific/Auckland }
  turns: { rotation: weekly, handOver: "Sun 02:30", timezone: Pacific/Auckland, start: 2026-01-04, people: [mere, joao] }
services: { shop: { endpoints: { order: { url: http://127.0.0.1:1/, budgets: { p95Ms: 250 } } } } }
`;
  const event = (uid: string, who: string, day: string, end: string): string =>
    `BEGIN:VEVENT\r\nUID:${uid}\r\nSUMMARY:${who}\r\nDTSTART;TZID=Pacific/Auckland:${day}T090000\r\nDTEND;TZID=Pacific/Auckland:${end}T090000\r\nRRULE:FREQ=WEEKLY;INTERVAL=2\r\nEND:VEVENT\r\n`;

  it('lists the turns of the days that are asked for, and knows who follows in a calendar after them', async () => {
    await writeFile(join(cwd, 'rota.yaml'), file);
    const events = event('1@x', 'mere', '20260928', '20261005') + event('2@x', 'joao', '20261005', '20261012');
    await writeFile(join(cwd, 'rota.ics'), `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n${events}END:VCALENDAR\r\n`);
    const show = async (days: string) => {
      const { out } = await run('oncall', 'show', '--at', '2026-12-01T00:00Z', '--days', days, '--catalog', 'rota.yaml', '--json');
      return (JSON.parse(out) as { schedules: OnCallRow[] }).schedules;
    };
    const [calendar, turns] = await show('1');
    expect(calendar).toMatchObject({ who: 'joao', until: '2026-12-06T20:00:00.000Z', next: { who: 'mere' } });
    expect(turns?.shifts).toEqual([
      { who: 'joao', from: '2026-12-01T00:00:00.000Z', to: '2026-12-02T00:00:00.000Z', reason: 'weekly rotation, hand-over 02:30' },
    ]);
    const [, longer] = await show('14');
    expect(longer?.shifts.map(({ who, from }) => [who, from])).toEqual([
      ['joao', '2026-12-01T00:00:00.000Z'],
      ['mere', '2026-12-05T13:30:00.000Z'],
      ['joao', '2026-12-12T13:30:00.000Z'],
    ]);
  });
});

describe.concurrent('runbook lint', () => {
  it('takes a folder, and says what each of its files has', async () => {
    await mkdir(join(cwd, 'ops'), { recursive: true });
    const good =
      'apiVersion: perf-responder/runbook.v1\nname: good\ntitle: Good\nservice: "*"\nrisk: low\nsteps: [{ id: a, title: A, kind: note, text: x }]\n';
    await writeFile(join(cwd, 'ops', 'good.yaml'), good);
    await writeFile(join(cwd, 'ops', 'bad.yaml'), good.replace('risk: low', 'risk: severe'));
    for (const folder of ['ops', 'ops/']) {
      const { code, out } = await run('runbook', 'lint', folder, '--json');
      const { runbooks } = JSON.parse(out) as { runbooks: { path: string; problem: string | null }[] };
      expect([code, runbooks.map(({ path, problem }) => [path, problem === null])]).toEqual([
        2,
        [
          ['ops/bad.yaml', false],
          ['ops/good.yaml', true],
        ],
      ]);
    }
  });
});

describe.concurrent('somebody who is nobody in people of the catalog', () => {
  it.each([
    ['a role', ['role', 'INC-2026-0302-001', 'scribe', 'alicia']],
    ['the command', ['handover', 'INC-2026-0302-001', '--to', 'alicia']],
  ])('is not given %s, and who is known is told before anything is sent', async (_what, words) => {
    const { code, err } = await run('incident', ...words, '--catalog', 'people.yaml', '--json');
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/expected one of people of the catalog \(alice, bob\), got "alicia"; did you mean "alice"\?/),
    ]);
  });

  it('who is in it, and anybody where it has no people, goes on to Temporal', async () => {
    const known = run('incident', 'role', 'INC-2026-0302-001', 'scribe', 'bob', '--catalog', 'people.yaml');
    const anybody = run('incident', 'handover', 'INC-2026-0302-001', '--to', 'zoe');
    for (const { code, err } of await Promise.all([known, anybody]))
      expect([code, err]).toEqual([1, expect.stringMatching(/does not answer/)]);
  });
});

describe('on a terminal', () => {
  const typed = (command: string, env: Record<string, string>) =>
    spawnSync('script', ['-qec', `${process.execPath} bin/perf-responder.js ${command}`, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', ...env },
      encoding: 'utf8',
    });

  it.skipIf(spawnSync('script', ['--version']).error !== undefined)(
    'shows what it waits for in one living line, and colours only when they are wanted',
    () => {
      const coloured = typed('list --address 127.0.0.1:2', { NO_COLOR: '' }).stdout;
      expect(coloured).toMatch(/^loading …\r\u001b\[K/);
      expect(coloured).toMatch(/\u001b\[2m\S connecting to Temporal/);
      const plain = typed('list --address 127.0.0.1:2', { NO_COLOR: '1' }).stdout;
      expect(plain).toContain('connecting to Temporal');
      expect(plain).not.toMatch(/\u001b\[\d*m/);
      // What stays on the screen is the message alone.
      const left = plain.split('\r\u001b[K').at(-1) ?? '';
      expect(left.trim()).toMatch(/^perf-responder: expected a Temporal server at 127\.0\.0\.1:2[^\n]*$/);
      expect(plain.trim().split('\n')).toHaveLength(1);
    },
  );
});

describe('analyze', () => {
  it('judges a k6 summary', async () => {
    const file = resolve('fixtures/k6/slow.1.1.handle-summary.json');
    expect(documentOf(await run('analyze', 'load', file, '--budget', 'p95=1ms', '--json'))).toMatchObject({
      format: 'handle-summary',
      verdict: expect.any(String) as string,
      latencyMs: { p95: expect.any(Number) as number },
    });
  });

  it('reads standard input, and prints units that people use', () => {
    const given = readFileSync('fixtures/loads/k6-summary.json');
    const analyze = (...flags: string[]) =>
      spawnSync(process.execPath, ['bin/perf-responder.js', 'analyze', 'load', '-', ...flags], { input: given, encoding: 'utf8' });
    const { status, stdout, stderr } = analyze('--budget', 'p95=30ms');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^verdict {3}unproven\nbecause {3}p95 41\.3 ms is above the budget of 30 ms/);
    expect(stdout).toContain('FAILED    http_req_duration p(95)<50, observed 53.7 ms');
    expect(stdout).toContain('FAILED    http_req_failed rate<0.01, observed 1.9 %');
    expect(stdout).toMatch(/latency {3}p50 14\.3 ms, p95 41\.3 ms, p99 84\.7 ms, mean 18\.0 ms, max 101 ms/);
    expect(JSON.parse(analyze('--json').stdout)).toMatchObject({ format: 'summary-export', requests: 322 });
  });

  it.each(['load', 'profile', 'plan'])('names the file that is no %s', async (kind) => {
    expect((await run('analyze', kind, 'garbage.bin')).err).toMatch(/^perf-responder: .*garbage\.bin/);
  });

  it('reads what a Windows shell or gzip made of a file', async () => {
    const text = await readFile('fixtures/k6/slow.1.1.handle-summary.json', 'utf8');
    await writeFile(join(cwd, 'utf16.json'), Buffer.from(`\ufeff${text}`, 'utf16le'));
    await writeFile(join(cwd, 'marked.json'), `\ufeff${text}`);
    await writeFile(join(cwd, 'packed.json.gz'), gzipSync(text));
    const plain = await run('analyze', 'load', resolve('fixtures/k6/slow.1.1.handle-summary.json'), '--json');
    const others = await Promise.all(['utf16.json', 'marked.json', 'packed.json.gz'].map((file) => run('analyze', 'load', file, '--json')));
    expect(others).toEqual([plain, plain, plain]);
  });

  it('shows no escape sequence of a file on the terminal', async () => {
    await writeFile(join(cwd, 'hostile.folded'), 'main;\u001b[2Kgone\u009b31m 900\n');
    const { code, out } = await run('analyze', 'profile', 'hostile.folded');
    expect([code, out.includes('gone')]).toEqual([0, true]);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('ranks a profile, as many leaves as are wanted', async () => {
    const result = await run('analyze', 'profile', 'stacks.folded', '--kind', 'cpu', '--top', '1', '--json');
    expect([result.code, documentOf(result)]).toMatchObject([0, { kind: 'cpu', leaves: [{ frame: 'encode', selfShare: 0.9 }] }]);
    expect((documentOf(result) as { leaves: unknown[] }).leaves).toHaveLength(1);
  });

  it('gives the nodes of a plan their own time', async () => {
    const file = resolve('fixtures/plans/sort-spill-16.json');
    expect(documentOf(await run('analyze', 'plan', file, '--json'))).toMatchObject({
      format: 'postgres-json',
      dominant: { nodeType: expect.any(String) as string },
    });
  });
});

describe('doctor', () => {
  interface Answer {
    ok: boolean;
    ready: boolean;
    checks: { id: string; status: string; remedy: string | null }[];
    toDo: { remedy: string; for: string[] }[];
  }

  it('says not ready with exit code 1 when a triage could not work, and tells the remedy, as one document', async () => {
    const result = await run('doctor', '--json');
    const { ok, ready, checks, toDo } = documentOf(result) as Answer;
    const byId = new Map(checks.map((check) => [check.id, check]));
    expect([result.code, ok, ready]).toEqual([1, false, false]);
    expect([...byId.keys()]).toEqual(expect.arrayContaining(['build-sandbox', 'flock', 'data']));
    expect(['node', 'temporal', 'k6', 'catalog'].map((id) => byId.get(id)?.status)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(byId.get('target shop/place-order')).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('Start the service') as string,
    });
    expect([byId.get('temporal-server')?.status, byId.get('worker')?.status]).toEqual(['failed', 'failed']);
    expect(checks.filter(({ status, remedy }) => status !== 'ok' && remedy === null)).toEqual([]);
    expect(new Set(toDo.map(({ remedy }) => remedy)).size).toBe(toDo.length);
  });

  it('tells what nothing works without first, and a folder without a catalog how to get one', async () => {
    const result = await runCli(['doctor', '--json', '--catalog', 'broken.yaml'], { cwd, env: { PERF_RESPONDER_K6: '/nowhere/k6' } });
    expect([result.code, documentOf(result)]).toMatchObject([1, { ok: false }]);
    const { checks } = documentOf(result) as Answer;
    expect(checks.filter(({ status }) => status === 'failed').map(({ id }) => id)).toEqual(['k6', 'temporal-server', 'worker', 'catalog']);
    const nowhere = await run('doctor', '--catalog', 'nowhere.yaml');
    expect([nowhere.code, nowhere.out]).toEqual([1, expect.stringMatching(/not ready: .*service catalog[\s\S]*perf-responder init/)]);
  });
});

describe('completion', () => {
  const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
  const shells = { bash: ['bash', '-n'], zsh: ['zsh', '-n'], fish: ['fish', '-n'] };
  it.each(Object.entries(shells))('prints a script that %s reads', async (shell, [program = '', flag = '']) => {
    const { code, out } = await run('completion', shell);
    expect(code).toBe(0);
    for (const word of ['triage', 'symptom', 'analyze', 'profile', 'value-type']) expect(out).toContain(word);
    const file = join(cwd, `completion.${shell}`);
    await writeFile(file, out);
    const checked = spawnSync(program, [flag, file], { encoding: 'utf8' });
    if (checked.error === undefined) expect([checked.status, checked.stderr]).toEqual([0, '']);
  });

  it('completes commands, sub-commands and options in bash', async () => {
    await writeFile(join(cwd, 'complete.bash'), (await run('completion', 'bash')).out);
    const complete = (words: string): string[] => {
      const script = `source ./complete.bash; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _perf_responder; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return spawnSync('bash', ['-c', script], { cwd, encoding: 'utf8' }).stdout.trim().split('\n');
    };
    expect(complete('perf-responder tri')).toEqual(['triage']);
    expect(complete('perf-responder analyze pr')).toEqual(['profile']);
    expect(complete('perf-responder analyze profile x.folded --val')).toEqual(['--value-type']);
    expect(complete('perf-responder triage shop/search --dur')).toEqual(['--duration']);
  });

  // As people complete: in the shell itself, with the key.
  it.skipIf(!has('zsh') || !has('script'))('completes in zsh', async () => {
    await writeFile(join(cwd, 'complete.zsh'), (await run('completion', 'zsh')).out);
    await writeFile(
      join(cwd, '.zshrc'),
      'autoload -Uz compinit && compinit -D -u\nsource ./complete.zsh\nprecmd() { PS1="READY$((++asked))> " }\n',
    );
    const { screen, unasked } = await typeInto(
      'zsh -d -i',
      [
        // Prompts are numbered, since a line that is drawn again shows its own once more. The line is taken away by a key: an interrupt may come before the
        // completion has returned, and is lost then.
        ['READY1> ', 'perf-responder tri\t'],
        ['perf-responder triage ', 'shop/search --dur\t'],
        ['--duration ', '\u0015\r'],
        ['READY2> ', 'perf-responder analyze pro\t'],
        ['analyze profile ', 'x.folded --val\t'],
        ['--value-type ', '\u0015\r'],
        ['READY3> ', 'exit\r'],
      ],
      { cwd, env: { ZDOTDIR: cwd } },
    );
    expect(unasked, screen).toEqual([]);
  });

  it.skipIf(!has('fish'))('completes in fish, with what each word is for', async () => {
    await writeFile(join(cwd, 'complete.fish'), (await run('completion', 'fish')).out);
    const complete = (line: string): string[] => {
      const script = `source ./complete.fish; complete -C ${JSON.stringify(line)}`;
      return spawnSync('fish', ['--no-config', '-c', script], { cwd, encoding: 'utf8' }).stdout.trim().split('\n');
    };
    expect(complete('perf-responder tri')).toEqual(['triage\tstart an incident for an endpoint and follow it to its report']);
    expect(complete('perf-responder analyze pr')).toEqual([expect.stringMatching(/^profile\t/)]);
    expect(complete('perf-responder analyze profile x.folded --val')).toEqual([expect.stringMatching(/^--value-type\t/)]);
    expect(complete('perf-responder triage shop/search --dur')).toEqual([expect.stringMatching(/^--duration\t/)]);
    // What another command has does not belong here.
    expect(complete('perf-responder list --dur').filter((line) => line.startsWith('--'))).toEqual([]);
  });

  it('knows no other shell', async () => {
    expect(await run('completion', 'tcsh')).toMatchObject({ code: 2, err: expect.stringContaining('one of bash, zsh, fish') as string });
  });
});

describe('an installation that was not built', () => {
  it('says so', async () => {
    await mkdir(join(cwd, 'bin'));
    await copyFile('bin/perf-responder.js', join(cwd, 'bin', 'perf-responder.mjs'));
    const { code, err } = await runCli(['list'], { cwd, program: join(cwd, 'bin', 'perf-responder.mjs') });
    expect([code, err]).toEqual([1, expect.stringContaining('run npm run build')]);
  });
});

describe('hook', () => {
  it('starts while Temporal is away, answers 503 so that senders retry, and stops on SIGTERM', { timeout: 60_000 }, async () => {
    const env = { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1', RESPONDER_HOOK_TOKEN: 'right' };
    const child = spawn(process.execPath, [resolve('bin/perf-responder.js'), 'hook', '--listen', '127.0.0.1:0', '--json'], { cwd, env });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { hook } = JSON.parse(line.toString()) as { hook: string };
    const body = JSON.stringify({ service: 'shop', endpoint: 'search' });
    const post = async (token: string) =>
      (await fetch(`${hook}/alerts/generic`, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })).status;
    const status = async (path: string) => (await fetch(`${hook}${path}`)).status;
    expect([await post('right'), await post('wrong'), await status('/healthz'), await status('/readyz')]).toEqual([503, 401, 200, 503]);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});
