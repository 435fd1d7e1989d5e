/** Runbooks whose worker is killed, each with the world that it changes: what it did there is counted, whatever the run says of itself. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { Client } from 'pg';
import type { RunDocument } from '../../../core/command/runbook/run-document.js';
import { startFakeKubernetes } from '../services/fake-kubernetes.js';
import { startPostgres } from '../services/postgres.js';
import { startRedis } from '../services/redis-server.js';

/** How often each thing was done to the world. */
export type Effects = Record<string, number>;

export interface CrashStory {
  name: string;
  text: string;
  given: Record<string, string>;
  result: RunDocument['result'];
  /** The world as it is before the run. */
  reset(): Promise<void> | void;
  effects(): Promise<Effects> | Effects;
  /** What has to be true of the world at the end, whatever happened to the worker. */
  wanted: Effects;
  /** Whether a person who looks at the world sees that this step (`rollback.` before it: its undoing) has happened. */
  hasHappened(step: string): Promise<boolean> | boolean;
  /** What people do outside when the run asks them to. */
  onManual?(step: string): void;
}

export interface CrashWorld {
  stories: CrashStory[];
  /** Services of the catalog, as YAML. */
  services: string;
  stop(): Promise<void>;
}

const log = (folder: string): string => join(folder, 'log');

function lines(folder: string): string[] {
  return existsSync(log(folder)) ? readFileSync(log(folder), 'utf8').trim().split('\n').filter(Boolean) : [];
}

function countOf(words: readonly string[]): Effects {
  const counts: Effects = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

const write = (word: string): string => `[sh, -c, 'echo ${word} >> log']`;

/** What the last step prints before it fails; it may stand in no log of a worker. */
export const ledgerSecret = 'ledger-secret+&<"/0123456789';

/** A look, a step without a probe, one with, one that may be repeated; what changes something can be undone. */
function ledger(
  folder: string,
  name: string,
  last: string,
): Pick<CrashStory, 'name' | 'text' | 'given' | 'reset' | 'effects' | 'hasHappened'> {
  return {
    name,
    given: {},
    text: `apiVersion: perf-responder/runbook.v1
name: ${name}
title: ${name}
service: shop
risk: low
env: { LEDGER_SECRET: { env: LEDGER_SECRET } }
preflight:
  - { id: there, title: The folder is there, kind: command, run: [test, -d, .], expect: { exit: 0 } }
steps:
  - { id: well, kind: check, check: service.health }
  - { id: one, kind: command, run: ${write('one')}, rollback: { run: ${write('undo-one')} } }
  - { id: two, kind: command, run: ${write('two')}, probe: { run: [sh, -c, 'grep -c ^two log || true'], done: '== 1' }, rollback: { run: ${write('undo-two')}, probe: { run: [sh, -c, 'grep -c ^undo-two log || true'], done: '== 1' } } }
  - { id: three, kind: command, run: [sh, -c, 'grep -q ^three log || echo three >> log'], idempotent: true, rollback: { run: ${write('undo-three')} } }
  - { id: four, kind: command, run: ${last}, rollback: { run: ${write('undo-four')} } }
postcheck:
  - { id: kept, title: The ledger is there, kind: command, run: [test, -f, log], expect: { exit: 0 } }
`,
    reset: () => rmSync(log(folder), { force: true }),
    effects: () => countOf(lines(folder)),
    hasHappened: (step) => lines(folder).includes(step.replace('rollback.', 'undo-')),
  };
}

function ledgers(folder: string): CrashStory[] {
  const all = { one: 1, two: 1, three: 1 };
  return [
    { ...ledger(folder, 'all-well', write('four')), result: 'success', wanted: { ...all, four: 1 } },
    {
      ...ledger(folder, 'last-step-fails', `[sh, -c, 'echo "$LEDGER_SECRET"; echo "$LEDGER_SECRET" | base64 >&2; exit 3']`),
      result: 'rolled-back',
      wanted: { ...all, 'undo-three': 1, 'undo-two': 1, 'undo-one': 1 },
      // The last step leaves nothing in the world: a person sees that it has not happened.
    },
  ];
}

const shipped = (name: string): string => readFileSync(join(import.meta.dirname, `../../../runbooks/${name}.yaml`), 'utf8');

function deploys(folder: string): CrashStory[] {
  const story = (name: string, word: string): CrashStory => ({
    ...{ name, text: shipped(name), given: { service: 'shop' }, result: 'success', wanted: { [word]: 1 } },
    reset: () => rmSync(log(folder), { force: true }),
    effects: () => countOf(lines(folder)),
    hasHappened: () => lines(folder).includes(word),
  });
  return [story('rollback-deploy', 'rolled-back'), story('restart-service', 'restarted')];
}

function oldLogs(folder: string): CrashStory {
  const logs = join(folder, 'old-logs');
  const old = new Date(Date.now() - 10 * 86_400_000);
  return {
    ...{ name: 'clean-old-logs', text: shipped('clean-old-logs'), given: { folder: logs }, result: 'success' },
    reset: () => {
      rmSync(logs, { recursive: true, force: true });
      mkdirSync(logs);
      for (const name of ['a.log', 'b.log.1', 'keep.txt']) {
        writeFileSync(join(logs, name), '');
        utimesSync(join(logs, name), old, old);
      }
    },
    effects: () => countOf(readdirSync(logs)),
    wanted: { 'keep.txt': 1 },
    hasHappened: () => !existsSync(join(logs, 'a.log')),
  };
}

async function kubernetesStory(): Promise<{ story: CrashStory; kubeconfig: string; close: () => Promise<void> }> {
  const kubernetes = await startFakeKubernetes();
  const { deployment, requests, kubeconfig } = kubernetes;
  const patches = (): number => requests.filter((line) => line.startsWith('PATCH')).length;
  const story: CrashStory = {
    ...{ name: 'kubernetes-graceful-restart', text: shipped('kubernetes-graceful-restart'), result: 'success' },
    given: { namespace: 'shop', deployment: 'api' },
    reset: () => {
      requests.length = 0;
      deployment.generation = 1;
    },
    effects: () => ({ patches: patches(), generation: deployment.generation }),
    wanted: { patches: 1, generation: 2 },
    hasHappened: () => deployment.generation > 1,
  };
  return { story, kubeconfig, close: () => kubernetes.close() };
}

async function redisStory(): Promise<{ story: CrashStory; url: string; stop: () => Promise<void> }> {
  const redis = await startRedis('redis-password-0123');
  const left = async (): Promise<number> => Number(await redis.send(['DBSIZE']));
  const story: CrashStory = {
    ...{ name: 'redis-drop-keys', text: shipped('redis-drop-keys'), result: 'success' },
    given: { database: 'cache', prefix: 'cache:', limit: '20' },
    reset: async () => {
      await redis.send(['FLUSHALL']);
      for (let index = 0; index < 30; index += 1) await redis.send(['SET', `cache:${index}`, 'x']);
      await redis.send(['SET', 'stays', 'x']);
    },
    effects: async () => ({ left: await left() }),
    wanted: { left: 11 },
    hasHappened: async () => (await left()) < 31,
  };
  return { story, url: redis.url, stop: () => redis.stop() };
}

/** Sessions of somebody else: `victim` is what the runbook is for, `other` must stay. */
async function postgresStories(): Promise<{ stories: CrashStory[]; url: string; stop: () => Promise<void> }> {
  const postgres = await startPostgres();
  let open: { victim: Client; other: Client } | null = null;
  let ended = 0;
  const isAlive = async (client: Client): Promise<number> =>
    client.query('SELECT 1').then(
      () => 1,
      () => 0,
    );
  const sessions = async (begin: (victim: Client) => Promise<void>): Promise<void> => {
    if (open !== null) await Promise.all([open.victim, open.other].map((client) => client.end().catch(() => undefined)));
    open = { victim: await postgres.connect('victim'), other: await postgres.connect('other') };
    ended = 0;
    await begin(open.victim);
    // What the runbooks call too long is a second.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
  };
  const busy = (): Promise<void> =>
    sessions((victim) => {
      void victim.query('SELECT pg_sleep(600)').catch(() => (ended += 1));
      return Promise.resolve();
    });
  const idle = (): Promise<void> =>
    sessions(async (victim) => {
      // The driver tells the server's word and then the broken connection: one end of one session.
      victim.on('error', () => undefined);
      victim.once('error', () => (ended += 1));
      await victim.query('BEGIN');
    });
  const otherIsAlive = async (): Promise<number> => (open === null ? 0 : isAlive(open.other));
  const stories: CrashStory[] = [
    {
      ...{ name: 'terminate-long-query', text: shipped('terminate-long-query'), result: 'success', reset: busy },
      given: { database: 'main', olderThan: '1s' },
      effects: async () => ({ ended, other: await otherIsAlive() }),
      wanted: { ended: 1, other: 1 },
      hasHappened: () => ended > 0,
    },
    {
      ...{ name: 'relieve-connections', text: shipped('relieve-connections'), result: 'success', reset: idle },
      given: { database: 'shop/main', idleFor: '1s' },
      effects: () => ({ ended }),
      wanted: { ended: 1 },
      hasHappened: () => ended > 0,
    },
  ];
  return { stories, url: postgres.url, stop: () => postgres.stop() };
}

function certificateStory(folder: string): { story: CrashStory; ready: Promise<void>; server: TlsServer } {
  const make = (days: string): { key: Buffer; cert: Buffer } => {
    const [key, certificate] = [join(folder, `key-${days}.pem`), join(folder, `cert-${days}.pem`)];
    const subject = ['-days', days, '-subj', '/CN=localhost'];
    spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject]);
    return { key: readFileSync(key), cert: readFileSync(certificate) };
  };
  const [short, long] = [make('1'), make('60')];
  const server = createTlsServer(short);
  let installed = 0;
  const story: CrashStory = {
    ...{ name: 'renew-certificate', text: shipped('renew-certificate'), result: 'success', wanted: { installed: 1 } },
    given: {},
    reset: () => {
      story.given['host'] = `localhost:${(server.address() as AddressInfo).port}`;
      installed = 0;
      server.setSecureContext(short);
    },
    effects: () => ({ installed }),
    hasHappened: () => false,
    onManual: (step) => {
      if (step !== 'install') return;
      installed += 1;
      server.setSecureContext(long);
    },
  };
  return { story, server, ready: new Promise((resolve) => server.listen(0, '127.0.0.1', resolve)) };
}

/** Only what needs nothing but files. */
/** Stories that need no server but the service's own. */
export async function startFileWorld(folder: string): Promise<CrashWorld> {
  const { services, stop } = await startShop();
  return { stories: ledgers(folder), services, stop };
}

/** A service that is well, as lines of the catalog to which others may be added. */
async function startShop(): Promise<{ services: string; stop: () => Promise<void> }> {
  const server: Server = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const services = `  shop:
    endpoints: { order: { url: "http://127.0.0.1:${port}/order", budgets: { p95Ms: 250 } } }
    health: ["http://127.0.0.1:${port}/health"]
`;
  const stop = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { services, stop };
}

/** Every runbook that comes with the product, and the samples, against real servers. */
export async function startCrashWorld(folder: string): Promise<CrashWorld> {
  const certificate = certificateStory(folder);
  const starting = [startShop(), postgresStories(), redisStory(), kubernetesStory(), certificate.ready] as const;
  const [shop, postgres, redis, kubernetes] = await Promise.all(starting);
  writeFileSync(join(folder, 'kubeconfig'), kubernetes.kubeconfig);
  // Workers inherit them.
  Object.assign(process.env, { TEST_RUNBOOK_PG: postgres.url, TEST_RUNBOOK_REDIS: redis.url, KUBECONFIG: join(folder, 'kubeconfig') });
  return {
    stories: [
      ...ledgers(folder),
      ...deploys(folder),
      oldLogs(folder),
      ...postgres.stories,
      redis.story,
      kubernetes.story,
      certificate.story,
    ],
    services: `${shop.services}\
    deploy: { rollback: [sh, -c, 'echo rolled-back >> log'], restart: [sh, -c, 'echo restarted >> log'] }
    databases:
      main: { kind: postgres, connection: { env: TEST_RUNBOOK_PG } }
      cache: { kind: redis, connection: { env: TEST_RUNBOOK_REDIS } }
`,
    stop: async () => {
      await Promise.all([shop.stop(), postgres.stop(), redis.stop(), kubernetes.close()]);
      certificate.server.close();
      delete process.env['TEST_RUNBOOK_PG'];
      delete process.env['TEST_RUNBOOK_REDIS'];
      delete process.env['KUBECONFIG'];
    },
  };
}
