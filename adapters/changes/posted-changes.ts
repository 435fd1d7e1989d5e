import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { reportedKinds, type Change } from '../../core/command/changes/change.js';
import { readAll, type ChangeSource } from './change-source.js';

const recordSchema = z.object({
  changeId: z.string(),
  receivedAt: z.string(),
  at: z.string(),
  service: z.string(),
  kind: z.enum(reportedKinds),
  ref: z.string(),
  title: z.string(),
  by: z.string().nullable(),
  rollback: z.string().nullable(),
});
export type PostedChange = z.output<typeof recordSchema>;

function fileOf(dataDirectory: string): string {
  return join(dataDirectory, 'changes', 'posted.jsonl');
}

/** The same delivery twice is the same change. */
function idOf(change: Omit<PostedChange, 'changeId' | 'receivedAt'>): string {
  const { at, service, kind, ref, title } = change;
  return `chg-${createHash('sha256')
    .update(JSON.stringify([at, service, kind, ref, title]))
    .digest('hex')
    .slice(0, 16)}`;
}

/** Adds a change that CI or a person told of; nothing that was stored is ever changed. One write of one line, so that parallel writers do not mix. */
export async function storePostedChange(dataDirectory: string, change: Omit<PostedChange, 'changeId' | 'receivedAt'>): Promise<string> {
  const record: PostedChange = { changeId: idOf(change), receivedAt: new Date().toISOString(), ...change };
  await mkdir(join(dataDirectory, 'changes'), { recursive: true, mode: 0o700 });
  await appendFile(fileOf(dataDirectory), `${JSON.stringify(record)}\n`, { mode: 0o600 });
  return record.changeId;
}

/** Null for a line that a crash left half written. */
function parseLine(line: string): PostedChange | null {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** All that were posted, the first of those with the same id. */
export async function readPostedChanges(dataDirectory: string): Promise<PostedChange[]> {
  const text = await readFile(fileOf(dataDirectory), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const byId = new Map<string, PostedChange>();
  for (const line of text.split('\n')) {
    const record = line === '' ? null : parseLine(line);
    if (record !== null && !byId.has(record.changeId)) byId.set(record.changeId, record);
  }
  return [...byId.values()];
}

function asChange({ at, service, kind, ref, title, by, rollback }: PostedChange, hasRollback: boolean): Change {
  const revertible = rollback !== null || (kind === 'deploy' && hasRollback);
  return { at, service, kind, ref, title, by, source: 'hook', revertible, ...(rollback === null ? {} : { rollback }) };
}

/** What was told to `POST /changes`. */
export const postedChanges: ChangeSource = {
  kind: 'hook',
  title: 'POST /changes of the hook',
  plan: ({ catalog, services, dataDirectory }) => [
    {
      source: 'hook',
      read: async () => {
        const posted = (await readPostedChanges(dataDirectory)).filter(({ service }) => services.includes(service));
        const changes = posted.map((one) => asChange(one, catalog.services[one.service]?.deploy?.rollback !== undefined));
        return readAll(changes, `${changes.length} changes were posted, in all`);
      },
    },
  ],
};
