import { z } from 'zod';
import type { LogLevel, TimedLine } from '../../core/command/logs/log-line.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import type { LogOrder, LogSource, LogStream } from './log-source.js';
import { runProgram } from './run-program.js';

const withinMs = 10_000;

/** A message that is not UTF-8 comes as its bytes; one that is too long as null. */
const recordSchema = z.object({
  __REALTIME_TIMESTAMP: z.string(),
  MESSAGE: z.union([z.string(), z.array(z.number()), z.null()]).optional(),
  PRIORITY: z.string().optional(),
});

/** syslog(3); services whose output systemd takes all have 6, so a level in the line itself counts first. */
const levels: readonly LogLevel[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug'];

export function parseJournal(text: string): TimedLine[] {
  return text.split('\n').flatMap((line): TimedLine[] => {
    if (line === '') return [];
    let record: z.output<typeof recordSchema>;
    try {
      record = recordSchema.parse(JSON.parse(line));
    } catch {
      // The last line when the output was cut.
      return [];
    }
    const { MESSAGE: message, PRIORITY: priority, __REALTIME_TIMESTAMP: microseconds } = record;
    if (message === null || message === undefined) return [];
    const decoded = typeof message === 'string' ? message : Buffer.from(message).toString('utf8');
    return [{ text: decoded, atMs: Number(microseconds) / 1000, level: levels[Number(priority ?? 6)] ?? null }];
  });
}

async function read(unit: string, { fromMs, signal }: LogOrder): Promise<LogStream[]> {
  const since = `@${Math.floor(fromMs / 1000)}`;
  const { stdout, stderr, exitCode, isCut } = await runProgram('journalctl', ['-u', unit, '--since', since, '-o', 'json', '--no-pager'], {
    signal,
    withinMs,
  });
  if (exitCode !== 0 && !isCut)
    throw new EvidenceUnavailableError({
      id: 'journal',
      what: 'the journal',
      why: `journalctl ended with ${exitCode ?? 'a signal'}: ${stderr.split('\n')[0] ?? ''}`,
      remedy: 'Run this as a member of systemd-journal, on a machine that has a journal.',
    });
  if (stdout === '' && /No journal files|not permitted|Hint:/i.test(stderr))
    throw new EvidenceUnavailableError({
      id: 'journal',
      what: 'the journal',
      why: stderr.split('\n')[0] ?? '',
      remedy: 'Run this as a member of systemd-journal, on a machine that has a journal.',
    });
  const lines = parseJournal(stdout);
  return [{ name: `journal ${unit}`, lines, completeFromMs: null }];
}

export const journal: LogSource<'journal'> = {
  kind: 'journal',
  title: 'a unit of the journal of systemd',
  open: ({ journal: unit }) => (unit === undefined ? null : { name: `journal ${unit}`, read: (order) => read(unit, order) }),
};
