import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import type { Change } from '../../core/command/changes/change.js';
import { lookAtUrl } from '../checks/http-look.js';
import { readVersion } from '../checks/service/version.js';
import { readAll, type ChangeOrder, type ChangeSource } from './change-source.js';

const withinMs = 3_000;
const keptVersions = 20;

/** Versions in the order in which they were seen. */
const seenSchema = z.array(z.object({ version: z.string(), firstSeenAt: z.string(), lastSeenAt: z.string() }));
type Seen = z.output<typeof seenSchema>;

async function readSeen(file: string): Promise<Seen> {
  try {
    return seenSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // The first look, or a file that is none of ours: begin anew.
    return [];
  }
}

function withLook(seen: Seen, version: string, now: string): Seen {
  const last = seen.at(-1);
  if (last?.version === version) return [...seen.slice(0, -1), { ...last, lastSeenAt: now }];
  return [...seen, { version, firstSeenAt: now, lastSeenAt: now }].slice(-keptVersions);
}

async function currentVersion(service: string, url: string, signal: AbortSignal): Promise<string> {
  const { text, status, error } = await lookAtUrl(url, { signal, withinMs });
  const version = status === 200 ? readVersion(text) : null;
  if (version !== null) return version;
  const why = error ?? `its version address gave none (status ${status ?? ''})`;
  throw new EvidenceUnavailableError({
    id: 'version',
    what: `the version of ${service}`,
    why,
    remedy: 'Check deploy.versionUrl and the service.',
  });
}

/** It came between the last look that saw the old one and the first that saw it: it counts from the earlier, or a real culprit could be ruled out by time. */
function asChanges(service: string, seen: Seen, revertible: boolean): Change[] {
  return seen.slice(1).map(({ version, firstSeenAt }, index) => {
    const before = seen[index];
    const since = before?.lastSeenAt ?? firstSeenAt;
    const title = `version ${version} after ${before?.version ?? 'another'}, deployed between ${since} and ${firstSeenAt}`;
    return { at: since, service, kind: 'deploy', ref: version, title, by: null, source: 'version', revertible };
  });
}

async function read({ catalog, dataDirectory, signal }: ChangeOrder, service: string, url: string) {
  const version = await currentVersion(service, url, signal);
  const folder = join(dataDirectory, 'changes');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `versions-${service}.json`);
  const seen = withLook(await readSeen(file), version, new Date().toISOString());
  await writeFile(`${file}.${process.pid}`, JSON.stringify(seen), { mode: 0o600 });
  await rename(`${file}.${process.pid}`, file);
  const changes = asChanges(service, seen, catalog.services[service]?.deploy?.rollback !== undefined);
  return readAll(changes, `version ${version}; a change shows from the second look on`);
}

/** A version address tells what runs and not since when: each look is remembered in the data folder. */
export const deployedVersions: ChangeSource = {
  kind: 'version',
  title: 'deploy.versionUrl, look by look',
  plan: (order) =>
    order.services.flatMap((service) => {
      const url = order.catalog.services[service]?.deploy?.versionUrl;
      return url === undefined ? [] : [{ source: `version ${service}`, read: () => read(order, service, url) }];
    }),
};
