import type { Command } from 'commander';
import { readCatalog } from '../../../config/catalog.js';
import { gapsBetween } from '../../../core/command/oncall/on-call.js';
import { onCallRows, schedulesOf, type OnCallRow } from '../../oncall/on-call-rows.js';
import { contextOf } from '../command-context.js';
import { momentOption } from '../incident/moment-option.js';
import { numberOption } from '../option-values.js';
import { registerTest } from './test.js';

const dayMs = 86_400_000;

const iso = (ms: number): string => new Date(ms).toISOString();
const clock = (text: string | null): string => (text === null ? 'for good' : `${text.slice(0, 16).replace('T', ' ')} UTC`);

/** Who it is now, and below it the turns that follow within the days that were asked for. */
function rowText({ name, who, until, reason, next, shifts }: OnCallRow): string[] {
  const now = `${name.padEnd(16)} ${who ?? 'NOBODY'} until ${clock(until)} (${reason})${next === null ? '' : `, then ${next.who ?? 'NOBODY'}`}`;
  return [now, ...shifts.slice(1).map((shift) => `${' '.repeat(16)} ${clock(shift.from)}  ${shift.who ?? 'NOBODY'}`)];
}

async function show({ at, days }: { at?: string; days: number }, command: Command): Promise<void> {
  const context = contextOf(command);
  const catalog = await readCatalog(context.catalogFile);
  const atMs = at === undefined ? Date.now() : Date.parse(at);
  const rows = await onCallRows(catalog, atMs, days);
  const text = rows.flatMap(rowText);
  context.print({ at: iso(atMs), schedules: rows }, text.join('\n') || 'the catalog has no oncall; docs/on-call.md shows how to write it');
}

async function gaps({ days }: { days: number }, command: Command): Promise<void> {
  const context = contextOf(command);
  const catalog = await readCatalog(context.catalogFile);
  const fromMs = Date.now();
  const toMs = fromMs + days * dayMs;
  const known = (person: string): boolean => catalog.people?.[person] !== undefined;
  const found = (await schedulesOf(catalog, { fromMs, toMs })).flatMap((schedule) =>
    gapsBetween(schedule, fromMs, toMs, known).map((gap) => ({
      schedule: schedule.name,
      from: iso(gap.startMs),
      to: iso(gap.endMs),
      why: gap.why,
    })),
  );
  const text = found.map((gap) => `${gap.schedule.padEnd(16)} ${clock(gap.from)} to ${clock(gap.to)}: ${gap.why}`);
  context.print({ gaps: found }, text.join('\n') || `somebody is on call in every schedule for the next ${days} days`);
}

/** `perf-responder oncall …`: from the catalog alone, so that it works when nothing else does. */
export function registerOnCall(program: Command): void {
  const group = program.command('oncall').description('who is on call, until when, and where nobody is');
  const dayOption = [
    '--days <number>',
    'how many days ahead',
    numberOption('--days', { minimum: 1, maximum: 366, whole: true, example: 14 }),
    14,
  ] as const;
  group
    .command('show')
    .description('who is on call in every schedule, until when, why, and who is next')
    .option('--at <time>', 'at another moment than now', momentOption('--at'))
    .option(...dayOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder oncall show\n  $ perf-responder oncall show --at 2026-12-24T18:00Z --json')
    .action(show);
  group
    .command('gaps')
    .description('stretches in which nobody is on call')
    .option(...dayOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder oncall gaps --days 30')
    .action(gaps);
  registerTest(group);
}
