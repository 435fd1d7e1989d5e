/** What the bisector needs to know of a service's source, and where its people read it. */
import { z } from 'zod';
import { durationMs, flag, mapping, text, textOrSecret } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';
import { day, second } from './spans.js';

const command = (name: string, example: string) => text('a shell command', `write e.g. ${name}: ${example}`);
export const repositorySchema = mapping({
  path: text('the path of a git repository', 'write e.g. path: ../shop'),
  url: text(
    'the http address of the repository, or of its files with {path} and {line}',
    'write e.g. url: https://github.com/acme/shop',
    (value) => /^https?:\/\/[^\s<>"]+$/.test(value) && URL.canParse(value),
  ).optional(),
  good: text('a commit, tag or branch that was good', 'write e.g. good: v1.4.0').optional(),
  build: command('build', 'npm ci').optional(),
  start: command('start', 'node server.js'),
  health: text('an http address, {port} is filled in', 'write e.g. health: http://127.0.0.1:{port}/healthz', (value) =>
    URL.canParse(value.replaceAll('{port}', '80')),
  ),
  reset: command('reset', 'npm run db:reset').optional(),
  stop: command('stop', 'npm run stop').optional(),
  env: z.record(z.string(), textOrSecret).optional(),
  buildNetwork: flag('buildNetwork').optional(),
  buildWrites: z.array(text('a path that builds may write', 'write e.g. buildWrites: [~/.m2]')).optional(),
  buildTimeout: durationMs('buildTimeout', second, day, '10m').optional(),
  startTimeout: durationMs('startTimeout', 100, 300 * second, '60s').optional(),
  runDuration: durationMs('runDuration', second, 20 * second, '20s').optional(),
});

export const repository = { service: { repository: repositorySchema.optional() } } satisfies CatalogFragment;
