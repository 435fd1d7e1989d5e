/** What was done to the world, one JSON object a line, only ever appended to: `audit.jsonl` in the data folder of the host that did it. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Audited, AuditEntry } from '../../core/model/audit.js';

export function auditFile(dataDirectory: string): string {
  return join(dataDirectory, 'audit.jsonl');
}

export interface AuditLog {
  /** Nothing is done that cannot be written down, but for messages to people: a full disk must not keep them from hearing of an incident. */
  audited: Audited;
}

export function createAuditLog(dataDirectory: string, host: string): AuditLog {
  const append = async (entry: AuditEntry): Promise<void> => {
    const file = auditFile(dataDirectory);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // One write in append mode: lines of several workers of the machine do not mix.
    const handle = await open(file, 'a', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(entry)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  };
  return {
    audited: async (act, work, tell) => {
      const id = randomUUID();
      const entry = (state: AuditEntry['state'], result: string | null): AuditEntry => ({
        at: new Date().toISOString(),
        id,
        host,
        ...act,
        state,
        result,
      });
      const keep = act.action === 'notification' ? (line: AuditEntry) => append(line).catch(() => undefined) : append;
      await keep(entry('begun', null));
      try {
        const result = await work();
        await keep(entry('done', tell(result)));
        return result;
      } catch (error) {
        await keep(entry('failed', error instanceof Error ? error.message.slice(0, 500) : String(error)));
        throw error;
      }
    },
  };
}

/** Oldest first; a line that a crash cut off is left out. Empty when nothing was ever done here. */
export async function readAuditLog(dataDirectory: string): Promise<AuditEntry[]> {
  const text = await readFile(auditFile(dataDirectory), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as AuditEntry];
    } catch {
      return [];
    }
  });
}
