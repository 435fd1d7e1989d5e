import { mkdtemp, readFile, rm, stat, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditFile, createAuditLog, readAuditLog } from '../../../adapters/artifacts/audit-log.js';
import type { AuditedAct } from '../../../core/model/audit.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const act: AuditedAct = {
  action: 'sql',
  subject: 'perf-1',
  target: 'shop/search main',
  who: 'ada (token)',
  what: 'ANALYZE t',
  planId: 'p',
};

describe('the audit log', () => {
  it('tells of an act before it is done, and how it ended', async () => {
    const log = createAuditLog(folder, 'bench');
    const seen: string[] = [];
    await log.audited(
      act,
      async () => void seen.push(...(await readAuditLog(folder)).map(({ state }) => state)),
      () => 'done: analyzed t',
    );
    await expect(log.audited(act, () => Promise.reject(new Error('lock timeout')), String)).rejects.toThrow('lock timeout');
    expect(seen).toEqual(['begun']);
    const entries = await readAuditLog(folder);
    expect(entries.map(({ state, result }) => [state, result])).toEqual([
      ['begun', null],
      ['done', 'done: analyzed t'],
      ['begun', null],
      ['failed', 'lock timeout'],
    ]);
    expect(entries[0]).toMatchObject({ ...act, host: 'bench' });
    expect(entries[0]?.id).toBe(entries[1]?.id);
    expect((await stat(auditFile(folder))).mode & 0o777).toBe(0o600);
  });

  it('does nothing that it cannot write down, but for messages to people', async () => {
    const log = createAuditLog(join(folder, 'nowhere\0'), 'bench');
    const state = { wasDone: false };
    await expect(log.audited(act, () => Promise.resolve((state.wasDone = true)), String)).rejects.toThrow();
    expect(state.wasDone).toBe(false);
    // People hear of an incident also when the disk is full.
    const message: AuditedAct = { ...act, action: 'notification', what: 'page to webhook' };
    await log.audited(message, () => Promise.resolve((state.wasDone = true)), String);
    expect(state.wasDone).toBe(true);
  });

  it('is only appended to, by many at once, and read in spite of a line that a crash cut off', async () => {
    const log = createAuditLog(folder, 'bench');
    await Promise.all(Array.from({ length: 20 }, () => log.audited(act, () => Promise.resolve(1), String)));
    const before = await readFile(auditFile(folder), 'utf8');
    await appendFile(auditFile(folder), '{"at":"20');
    expect(await readAuditLog(folder)).toHaveLength(40);
    expect((await readFile(auditFile(folder), 'utf8')).startsWith(before)).toBe(true);
  });
});
