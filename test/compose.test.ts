import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseCatalog } from '../config/catalog.js';
import { readShopConfig } from '../lab/shop/config.js';
import { incidentSearchAttributes } from '../workflows/respond/search-attributes.js';

const run = promisify(execFile);
const projectFile = (path: string): string => new URL(`../${path}`, import.meta.url).pathname;

const serviceSchema = z.looseObject({
  image: z.string(),
  profiles: z.array(z.string()).default([]),
  build: z.looseObject({ target: z.string() }).optional(),
  restart: z.string(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
});
const composeSchema = z.looseObject({ services: z.record(z.string(), serviceSchema), volumes: z.record(z.string(), z.unknown()) });

const compose = composeSchema.parse(parse(readFileSync(projectFile('docker-compose.yml'), 'utf8'), { merge: true }));
const services = Object.entries(compose.services);
/** Services that others wait for until they have done their work, not until they are healthy. */
const jobs = new Set(
  services.flatMap(([, service]) =>
    Object.entries(service.depends_on).flatMap(([name, { condition }]) => (condition === 'service_completed_successfully' ? [name] : [])),
  ),
);

describe('docker-compose.yml', () => {
  it('has the whole installation', () => {
    const expected = [
      'temporal-database',
      'temporal-schema',
      'temporal',
      'temporal-namespace',
      'temporal-ui',
      'worker',
      'hook',
      'shop',
      'shop-database',
    ];
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(expected));
  });

  it.each(services)('%s has a health check, or is a job that ends', (name, service) => {
    expect(jobs.has(name) ? /^on-failure/.test(service.restart) : service.healthcheck !== undefined).toBe(true);
  });

  it.each(services)('%s has a pinned image', (_name, service) => {
    expect(service.image).toMatch(/:\d+\.\d+(\.\d+)?$/);
  });

  it.each(services)('%s publishes on the loopback interface only', (_name, service) => {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(services)('%s keeps data in named volumes and mounts files that exist', (_name, service) => {
    for (const volume of service.volumes) {
      const [source = ''] = volume.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').split(':');
      if (source.startsWith('./')) expect(existsSync(projectFile(source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it.each(['worker', 'worker-host'])('%s is asked whether it gets work, and has the time to hand a load over', (name) => {
    const service = compose.services[name];
    expect(service?.healthcheck?.test.join(' ')).toContain('/readyz');
    expect(service?.command?.join(' ')).toContain('--health-address 127.0.0.1:9465');
    expect(service?.['stop_grace_period']).toBe('30s');
  });

  it.each(services)('%s waits for the health or the end of what it needs', (_name, service) => {
    for (const [needed, { condition }] of Object.entries(service.depends_on)) {
      expect(Object.keys(compose.services)).toContain(needed);
      expect(condition).toBe(jobs.has(needed) ? 'service_completed_successfully' : 'service_healthy');
    }
  });

  it('keeps the demo shop apart: its services are of one profile and of an image of their own', () => {
    for (const [name, { profiles, build }] of services) {
      const isOfShop = /^shop|^partners$/.test(name);
      if (isOfShop) expect(profiles, name).toEqual(['demo']);
      if (build !== undefined) expect(build.target, name).toBe(isOfShop ? 'demo' : 'responder');
    }
    const needed = services.filter(([, { profiles }]) => profiles.length === 0).flatMap(([, service]) => Object.keys(service.depends_on));
    for (const name of needed) expect(compose.services[name]?.profiles, name).toEqual([]);
  });

  it('lets the worker of the profile host see the processes and the network of the host', () => {
    expect(compose.services['worker-host']).toMatchObject({ profiles: ['host'], network_mode: 'host', pid: 'host' });
  });

  it('takes a Web UI that knows updates and markdown, and one version of server and tools', () => {
    const version = (name: string) => compose.services[name]?.image.split(':')[1] ?? '';
    const [major = 0, minor = 0] = version('temporal-ui').split('.').map(Number);
    expect(major * 1000 + minor).toBeGreaterThanOrEqual(2053);
    expect(new Set([version('temporal'), version('temporal-schema'), version('temporal-namespace')])).toEqual(new Set(['1.32.0']));
  });

  it('starts neither worker nor hook without a token of its owner', () => {
    for (const name of ['worker', 'hook'])
      expect(compose.services[name]?.environment?.['RESPONDER_HOOK_TOKEN']).toMatch(/^\$\{RESPONDER_HOOK_TOKEN:\?/);
  });

  it('lets the worker see the shop as an agent on its host does', () => {
    expect(compose.services['worker']).toMatchObject({ network_mode: 'service:shop', pid: 'service:shop' });
  });
});

describe('the files of the installation', () => {
  it('a catalog that the product accepts, for a worker on the shop’s loopback', () => {
    const catalog = parseCatalog(readFileSync(projectFile('docker/responder.yaml'), 'utf8'), 'responder.yaml');
    const endpoints = Object.values(catalog.services['shop']?.endpoints ?? {});
    expect(endpoints.length).toBeGreaterThan(1);
    for (const endpoint of endpoints) expect(endpoint.url).toMatch(/^http:\/\/127\.0\.0\.1:8080\//);
  });

  it('a configuration that the shop accepts', () => {
    expect(readShopConfig(projectFile('docker/shop.json')).port).toBe(8080);
  });
});

describe('the commands of the images', () => {
  const programs = services.flatMap(([name, service]) =>
    /^perf-incident-responder(-demo)?:/.test(service.image) ? [[name, service.command ?? []] as const] : [],
  );

  it.each(programs)('%s runs a program of this project that answers --help', async (_name, command) => {
    const [program = '', subcommand = ''] = command;
    const help = program.startsWith('bin/') ? [program, subcommand, '--help'] : [program, '--help'];
    const { stdout } = await run(process.execPath, help, { cwd: projectFile(''), timeout: 30_000 });
    for (const option of command.filter((word) => word.startsWith('--') && word !== '--catalog')) expect(stdout).toContain(option);
  });

  it('copies into the image what the commands need', () => {
    const dockerfile = readFileSync(projectFile('docker/Dockerfile'), 'utf8');
    for (const part of ['/app/dist', '/app/bin', '/app/node_modules', 'iproute2', 'USER node']) expect(dockerfile).toContain(part);
    expect(dockerfile).not.toMatch(/^FROM \S+:latest|^FROM [^:\s]+$/m);
  });
});

describe('the set-up jobs', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'compose-jobs-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** A stand-in on PATH that writes down how it was called; `script` decides the answers. */
  async function standIn(name: string, script: string): Promise<void> {
    await writeFile(join(directory, name), `#!/bin/sh\necho "$*" >> "${directory}/calls"\n${script}\n`);
    await chmod(join(directory, name), 0o755);
  }
  async function runJob(file: string, environment: Record<string, string>): Promise<string[]> {
    await run('/bin/sh', [projectFile(`docker/${file}`)], { env: { PATH: `${directory}:/usr/bin:/bin`, ...environment }, timeout: 20_000 });
    return (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');
  }

  it('the namespace job creates namespace and every search attribute of the product', async () => {
    // The stand-in remembers what was created, as the server does.
    await standIn(
      'temporal',
      `case "$*" in *"namespace describe"*) exit 1;; *"search-attribute create"*) echo "$*" >> ${directory}/made;; *"search-attribute list"*) cat ${directory}/made 2>/dev/null;; esac`,
    );
    const calls = await runJob('setup-namespace.sh', { TEMPORAL_NAMESPACE: 'incidents' });
    expect(calls.some((call) => call.startsWith('operator namespace create') && call.includes('--namespace incidents'))).toBe(true);
    const types = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', DOUBLE: 'Double', BOOL: 'Bool' };
    for (const { name, type } of incidentSearchAttributes) {
      expect(calls.filter((call) => call.includes(`--name ${name} --type ${types[type]}`))).toHaveLength(1);
    }
  });

  it('the namespace job changes nothing the second time', async () => {
    await standIn(
      'temporal',
      `case "$*" in *"search-attribute list"*) echo "${incidentSearchAttributes.map(({ name }) => name).join(' ')}";; esac`,
    );
    const calls = await runJob('setup-namespace.sh', {});
    expect(calls.filter((call) => call.includes(' create '))).toEqual([]);
  });

  it('the namespace job survives a server that comes up late', async () => {
    const names = incidentSearchAttributes.map(({ name }) => name).join(' ');
    await standIn(
      'temporal',
      `case "$*" in *"cluster health"*) [ "$(wc -l < ${directory}/calls)" -ge 3 ];; *"search-attribute list"*) echo "${names}";; esac`,
    );
    const calls = await runJob('setup-namespace.sh', {});
    expect(calls.filter((call) => call.includes('cluster health'))).toHaveLength(3);
  });

  it('the namespace job fails when the server never comes', async () => {
    await standIn('temporal', 'exit 1');
    await expect(runJob('setup-namespace.sh', { MAX_ATTEMPTS: '2' })).rejects.toThrow(/was not healthy after 2 tries/);
  });

  const database = { POSTGRES_SEEDS: 'db', POSTGRES_USER: 'temporal', POSTGRES_PWD: 'secret' };

  it('the schema job sets up a fresh database and then updates it', async () => {
    await standIn(
      'temporal-sql-tool',
      `case "$*" in *update-schema*) [ -e ${directory}/set-up ];; *setup-schema*) touch ${directory}/set-up;; esac`,
    );
    const steps = (await runJob('setup-schema.sh', database)).map((call) => /--db (\S+) (\S+)/.exec(call)?.slice(1).join(' '));
    expect(steps.slice(0, 4)).toEqual(['temporal create', 'temporal update-schema', 'temporal setup-schema', 'temporal update-schema']);
  });

  it('the schema job only updates a database that has its schema', async () => {
    await standIn('temporal-sql-tool', 'case "$*" in *create*) exit 1;; esac');
    const steps = (await runJob('setup-schema.sh', database)).map((call) => /--db (\S+) (\S+)/.exec(call)?.slice(1).join(' '));
    expect(steps).toEqual(['temporal create', 'temporal update-schema', 'temporal_visibility create', 'temporal_visibility update-schema']);
  });
});
