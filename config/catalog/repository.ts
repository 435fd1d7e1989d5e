/** What the bisector needs to know of a service's source, and where its people read it. The latter alone gives links, and no search. */
import { z } from 'zod';
import { problemAt, type CatalogProblem, type CatalogSource } from '../catalog-problems.js';
import { durationMs, flag, isRecord, mapping, text, textOrSecret } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';
import { day, second } from './spans.js';

const command = (name: string, example: string) => text('a shell command', `write e.g. ${name}: ${example}`);
export const repositorySchema = mapping({
  path: text('the path of a git repository', 'write e.g. path: ../shop').optional(),
  url: text(
    'the http address of the repository, or of its files with {path} and {line}',
    'write e.g. url: https://github.com/acme/shop',
    (value) => /^https?:\/\/[^\s<>"]+$/.test(value) && URL.canParse(value),
  ).optional(),
  good: text('a commit, tag or branch that was good', 'write e.g. good: v1.4.0').optional(),
  build: command('build', 'npm ci').optional(),
  start: command('start', 'node server.js').optional(),
  health: text('an http address, {port} is filled in', 'write e.g. health: http://127.0.0.1:{port}/healthz', (value) =>
    URL.canParse(value.replaceAll('{port}', '80')),
  ).optional(),
  reset: command('reset', 'npm run db:reset').optional(),
  stop: command('stop', 'npm run stop').optional(),
  env: z.record(z.string(), textOrSecret).optional(),
  buildNetwork: flag('buildNetwork').optional(),
  buildWrites: z.array(text('a path that builds may write', 'write e.g. buildWrites: [~/.m2]')).optional(),
  buildTimeout: durationMs('buildTimeout', second, day, '10m').optional(),
  startTimeout: durationMs('startTimeout', 100, 300 * second, '60s').optional(),
  runDuration: durationMs('runDuration', second, 20 * second, '20s').optional(),
});

/** What a search cannot do without; links need the address alone. */
const neededToSearch = {
  path: { expected: 'the path of a git repository', fix: 'write e.g. path: ../shop, or url alone for links' },
  start: { expected: 'a shell command', fix: 'write e.g. start: node server.js, or url alone for links' },
  health: {
    expected: 'an http address, {port} is filled in',
    fix: 'write e.g. health: http://127.0.0.1:{port}/healthz, or url alone for links',
  },
};

function unsearchable(source: CatalogSource): CatalogProblem[] {
  const root = isRecord(source.value) ? source.value : {};
  const services = isRecord(root['services']) ? Object.entries(root['services']) : [];
  const places: [path: string[], holder: unknown][] = [
    [['defaults'], root['defaults']],
    ...services.map(([name, service]): [string[], unknown] => [['services', name], service]),
  ];
  return places.flatMap(([path, holder]) => {
    const written = isRecord(holder) ? holder['repository'] : undefined;
    if (!isRecord(written)) return [];
    const isForLinks = written['url'] !== undefined && Object.keys(written).every((key) => key === 'url' || key === 'path');
    if (isForLinks) return [];
    return Object.entries(neededToSearch)
      .filter(([key]) => written[key] === undefined)
      .map(([key, words]) => problemAt(source, [...path, 'repository', key], { ...words, came: 'nothing' }));
  });
}

export const repository = { service: { repository: repositorySchema.optional() }, problems: unsearchable } satisfies CatalogFragment;
