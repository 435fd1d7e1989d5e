import { z } from 'zod';
import { isRecord } from '../../config/catalog-fields.js';
import { readSettings } from '../../config/resolve/resolve-access.js';
import type { Change } from '../../core/command/changes/change.js';
import { askJson } from './ask-json.js';
import { readAll, type ChangeOrder, type ChangeSource } from './change-source.js';

const deploymentsSchema = z.array(
  z.object({
    id: z.number(),
    sha: z.string(),
    ref: z.string(),
    environment: z.string(),
    description: z.string().nullish(),
    created_at: z.string(),
    creator: z.object({ login: z.string() }).nullish(),
  }),
);
const pageSize = 50;
const publicApi = 'https://api.github.com';

/** Deployments as GitHub lists them, newest first. Whether one succeeded is in its statuses; it counts from when it began either way. */
export function githubChanges(answer: unknown, service: string): Change[] {
  return deploymentsSchema.parse(answer).map(({ sha, ref, environment, description, created_at: createdAt, creator }) => ({
    at: new Date(createdAt).toISOString(),
    service,
    kind: 'deploy',
    ref: sha.slice(0, 12),
    title: `deployment of ${ref} to ${environment}${description ? `: ${description}` : ''}`,
    by: creator?.login ?? null,
    source: 'github',
    revertible: true,
  }));
}

async function read(
  { catalog, signal }: ChangeOrder,
  service: string,
  github: { repository: string; api?: string | undefined; token?: unknown },
) {
  const settings = readSettings(catalog, { token: github.token ?? '' });
  const token = isRecord(settings) && typeof settings['token'] === 'string' && settings['token'] !== '' ? settings['token'] : null;
  const api = (github.api ?? publicApi).replace(/(?<!\/)\/+$/, '');
  const answer = await askJson(`${api}/repos/${github.repository}/deployments?per_page=${pageSize}`, {
    what: `GitHub's deployments of ${github.repository}`,
    token,
    signal,
  });
  const changes = githubChanges(answer, service);
  return readAll(changes, `the last ${changes.length} deployments of ${github.repository}`);
}

export const githubDeployments: ChangeSource = {
  kind: 'github',
  title: 'deployments of a repository on GitHub',
  plan: (order) =>
    order.services.flatMap((service) => {
      const github = order.catalog.services[service]?.deploy?.github;
      return github === undefined ? [] : [{ source: `github ${github.repository}`, read: () => read(order, service, github) }];
    }),
};
