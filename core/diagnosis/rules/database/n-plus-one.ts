import type { Threshold } from '../../rule.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import { attribute, unattributed } from '../../account/attribution.js';
import type { MissingEvidence } from '../../../model/observation.js';
import { average, averageOf, clampRatio, count, excerpt, ms, percent } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import {
  cite,
  minimumShare,
  nothing,
  tooSmall,
  disproved,
  type Candidate,
  type Rule,
  type RuleContext,
  type RuleVerdict,
} from '../../rule.js';
import { applicationShare, categoryShare, cpuProfile } from '../process/cpu.js';
import type { Avoidable } from '../../forecast/forecast.js';
import { statementThresholds } from './open-statements.js';
import { citeStatement, statementCases, type StatementCase } from './database.js';

const thresholds = {
  manyCalls: statementThresholds.manyCalls,
  told: { value: 2, unit: 'calls a request', source: 'Once or twice is no repetition that anybody would ask about.' },
  fewRows: {
    value: 10,
    unit: 'rows a call',
    source: 'A repeated look-up returns a row or a handful; more is voluminous in its own right.',
  },
  fastMs: { value: 10, unit: 'ms a call', source: 'A look-up by key takes well below that; what takes longer is slow in its own right.' },
} as const satisfies Record<string, Threshold>;

export const nPlusOne: Rule = { id: 'n-plus-one', requires: [databasesDocument], thresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const cases = statementCases(context);
  const repeated = cases
    // Samples do not tell how often a statement ran.
    .filter(
      (entry) =>
        entry.statement.isSampled !== true &&
        entry.statement.rowsPerCall <= thresholds.fewRows.value &&
        entry.statement.meanExecMs <= thresholds.fastMs.value,
    )
    .sort((a, b) => b.callsPerRequest - a.callsPerRequest)[0];
  if (repeated === undefined || repeated.callsPerRequest < thresholds.told.value) return nothing;
  const share = repeatedShare(context, cases, repeated);
  const ofCalls = callShare(cases, repeated);
  const { ours, reasons } = attribute(context, repeated.database, repeated.statement, ofCalls);
  const isRepeated = repeated.callsPerRequest >= thresholds.manyCalls.value && share >= minimumShare;
  if (isRepeated && (ours * repeated.callsPerRequest < thresholds.manyCalls.value || ours * share < minimumShare))
    return { ...nothing, missing: [unattributed(repeated.statement, repeated.database, reasons)] };
  if (!isRepeated && mayHold(context, repeated, ofCalls)) return { ...nothing, missing: [withoutProfile(repeated)] };
  if (!isRepeated) {
    return disproved(
      'n-plus-one',
      repeated.callsPerRequest < thresholds.manyCalls.value
        ? `the most repeated statement runs ${average(repeated.callsPerRequest)} times a request, fewer than the ${thresholds.manyCalls.value} from which on that is a repetition`
        : `the most repeated statement holds ${percent(share)} of the latency, ${tooSmall}`,
      citeStatement(context, repeated),
    );
  }
  return {
    ...nothing,
    causes: [describe(context, { ...repeated, callsPerRequest: ours * repeated.callsPerRequest }, ours * share, ofCalls)],
  };
}

/** Its part of the round trips, and of the CPU that the service uses to talk to the database rather than for its own code. */
function repeatedShare(context: RuleContext, cases: StatementCase[], repeated: StatementCase): number {
  return clampRatio((context.sides.database + applicationShare(context) * talkingShare(context)) * callShare(cases, repeated));
}

/** Without a profile of a busy service its CPU may all go into these calls, or none of it. */
function mayHold({ input, sides }: RuleContext, { callsPerRequest }: StatementCase, ofCalls: number): boolean {
  const most = (sides.database + sides.application) * ofCalls;
  return input.profile === null && callsPerRequest >= thresholds.manyCalls.value && most >= minimumShare;
}

function withoutProfile({ statement, database, callsPerRequest }: StatementCase): MissingEvidence {
  return {
    id: 'profile-of-calls',
    what: `how much of its CPU the service spends on the ${count(callsPerRequest)} calls a request of statement ${statement.queryId} of ${database.name}`,
    why: `no profile was to be had, and the wait for the database alone is ${tooSmall}`,
    remedy: 'get a CPU profile of the service under the same load (--profile FILE), and triage again',
  };
}

/** Part of the service's CPU that goes into talking to the database rather than into its own code. */
function talkingShare(context: RuleContext): number {
  const profile = cpuProfile(context);
  return profile === null
    ? 0
    : categoryShare(profile, 'database-driver', 'orm', 'network-io', 'runtime', 'native', 'kernel', 'framework', 'gc', 'unknown');
}

/** All calls but one go. The remaining call does the work of all, so at the database only the cost of a call besides its work is certain to go. */
function withoutRepeats(context: RuleContext, { callsPerRequest, statement }: StatementCase, ofCalls: number): Avoidable {
  const repeats = 1 - 1 / Math.max(1, callsPerRequest);
  const cpu = talkingShare(context) * ofCalls * repeats;
  const calls = ofCalls * repeats;
  return {
    cpu: [cpu, cpu],
    calls: [calls, calls],
    database: [Math.min(ofCalls, statement.timeShare) * repeats, Math.max(ofCalls, statement.timeShare) * repeats],
  };
}

function callShare(cases: StatementCase[], repeated: StatementCase): number {
  const calls = cases.reduce((sum, entry) => sum + entry.statement.calls, 0);
  return calls > 0 ? repeated.statement.calls / calls : 0;
}

function describe(context: RuleContext, entry: StatementCase, share: number, ofCalls: number): Candidate {
  const { statement } = entry;
  return {
    id: 'n-plus-one',
    component: 'database access',
    location: { statement: excerpt(statement.text), queryId: statement.queryId, database: entry.database.name },
    share,
    ...assured(context, 'statement-counts'),
    summary: `One statement runs ${count(entry.callsPerRequest)} times a request, ${ms(statement.meanExecMs)} and ${averageOf(statement.rowsPerCall, 'row')} each; its round trips, with the code that makes them and the queue for it, hold ${percent(share)} of the mean latency.`,
    evidence: cite(...citeStatement(context, entry), context.cited.load, context.cited.profile),
    remedy: {
      kind: 'code-change',
      statement: 'Fetch the set in one statement (a join, or = ANY($1) with all keys) instead of one by one.',
      ...expectedGain(context, withoutRepeats(context, entry, ofCalls)),
    },
  };
}
