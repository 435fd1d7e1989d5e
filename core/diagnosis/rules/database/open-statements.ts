import type { MissingEvidence } from '../../../model/observation.js';
import { attribute } from '../../account/attribution.js';
import { percent } from '../../figures.js';
import type { RuleContext, Threshold } from '../../rule.js';
import { categoryShare, cpuProfile } from '../process/cpu.js';
import { statementCases, type StatementCase } from './database.js';

export const statementThresholds = {
  counted: {
    value: 0.5,
    unit: 'statements a request',
    source:
      'A database that counted fewer, windows that differ by a second or two included, is not the one that the service talks to for every request.',
  },
  manyCalls: {
    value: 10,
    unit: 'calls a request',
    source: 'Sentry calls five repeated spans in one request a finding; ten leave room for honest batches.',
  },
  manyRows: {
    value: 300,
    unit: 'rows a request',
    source: 'Decoding a row costs microseconds: some hundreds are needed before they can hold milliseconds.',
  },
} as const satisfies Record<string, Threshold>;

/** What a service burns to talk to a database, whichever function asked for it. 0..1 of the CPU samples. */
export function talkingShare(context: RuleContext): number {
  const profile = cpuProfile(context);
  return profile === null ? 0 : categoryShare(profile, 'database-driver', 'orm');
}

/** Whether the databases told how often statements ran. */
export function areStatementsCounted({ input, facts }: RuleContext): boolean {
  const requests = facts.requestRate * ((input.load.durationMs ?? 0) / 1000);
  const calls = input.databases.reduce((sum, { statements }) => sum + (statements ?? []).reduce((all, each) => all + each.calls, 0), 0);
  return calls >= statementThresholds.counted.value * requests;
}

/** Is there a statement that would be a finding by its calls or rows a request? */
export function areStatementsMany(context: RuleContext): boolean {
  return statementCases(context).some((entry) => timesMany(entry) >= 1);
}

function timesMany({ callsPerRequest, rowsPerRequest }: StatementCase): number {
  return Math.max(callsPerRequest / statementThresholds.manyCalls.value, rowsPerRequest / statementThresholds.manyRows.value);
}

/** Is there a statement that would be a finding by its calls or rows a request, if it is known to be of these requests, and this is not known? */
export function areStatementsOpen(context: RuleContext): boolean {
  return statementCases(context).some((entry) => {
    const times = timesMany(entry);
    return times >= 1 && attribute(context, entry.database, entry.statement, entry.statement.timeShare).ours * times < 1;
  });
}

/** Forty small statements a request also look like a service at its limit, or a starved one, and code that issues them asynchronously is on no stack. */
export function uncounted(talking: number): MissingEvidence {
  return {
    id: 'statements-uncounted',
    what: 'how many statements, and rows, a request takes',
    why: `${percent(talking)} of the CPU samples are in the driver and the mapper of a database whose statements were not counted: many small ones for each request look like a load beyond capacity`,
    remedy:
      'count the statements of one request (the general or slow log of the database, its counters before and after, the log of the mapper); where the database is PostgreSQL, name it in the catalog with pg_stat_statements',
  };
}
