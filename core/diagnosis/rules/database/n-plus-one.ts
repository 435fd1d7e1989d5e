import type { Threshold } from '../../rule.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import { attribute, unattributed, type Attribution } from '../../account/attribution.js';
import type { MissingEvidence } from '../../../model/observation.js';
import { average, averageOf, clampRatio, count, excerpt, ms, percent, plural } from '../../figures.js';
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
  const looped = cases
    // How often a statement ran cannot be told from samples of it.
    .filter(
      (entry) =>
        entry.statement.isSampled !== true &&
        entry.statement.rowsPerCall <= thresholds.fewRows.value &&
        entry.statement.meanExecMs <= thresholds.fastMs.value,
    )
    .sort((a, b) => b.callsPerRequest - a.callsPerRequest);
  const [repeated] = looped;
  if (repeated === undefined || repeated.callsPerRequest < thresholds.told.value) return nothing;
  const loop = sameLoop(looped, repeated);
  const ofCalls = callShare(cases, loop);
  const share = repeatedShare(context, ofCalls);
  const { ours, reasons } = attributeLoop(context, loop, cases);
  const isRepeated = repeated.callsPerRequest >= thresholds.manyCalls.value && share >= minimumShare;
  if (isRepeated && (ours * repeated.callsPerRequest < thresholds.manyCalls.value || ours * share < minimumShare))
    return { ...nothing, missing: [unattributed(repeated.statement, repeated.database, reasons)] };
  if (!isRepeated && mayHold(context, repeated, ofCalls)) return { ...nothing, missing: [withoutProfile(repeated)] };
  if (!isRepeated) {
    return disproved(
      'n-plus-one',
      repeated.callsPerRequest < thresholds.manyCalls.value
        ? `the most repeated statement runs ${average(repeated.callsPerRequest)} times a request, fewer than the ${thresholds.manyCalls.value} from which on that is a repetition`
        : `the most repeated ${loop.length === 1 ? 'statement holds' : 'statements together hold'} ${percent(share)} of the latency, ${tooSmall}`,
      citeStatement(context, repeated),
    );
  }
  const known = loop.map((entry) => ({ ...entry, callsPerRequest: ours * entry.callsPerRequest }));
  return { ...nothing, causes: describe(context, known, ours * share, ofCalls) };
}

/** A loop may run several statements for each row: each is a part of the round trips, and one change takes them all away. The most repeated one comes first. */
function sameLoop(looped: readonly StatementCase[], repeated: StatementCase): StatementCase[] {
  const others = looped.filter(
    (entry) => entry !== repeated && entry.database.name === repeated.database.name && entry.callsPerRequest >= thresholds.manyCalls.value,
  );
  return [repeated, ...others];
}

/** Of all calls of the loop, the part that is known to be of these requests. */
function attributeLoop(context: RuleContext, loop: readonly StatementCase[], cases: readonly StatementCase[]): Attribution {
  const each = loop.map((entry) => ({
    calls: entry.statement.calls,
    ...attribute(context, entry.database, entry.statement, callShare(cases, [entry])),
  }));
  const calls = each.reduce((sum, entry) => sum + entry.calls, 0);
  const ours = calls > 0 ? each.reduce((sum, entry) => sum + entry.ours * entry.calls, 0) / calls : 0;
  return { ours, reasons: each[0]?.reasons ?? [] };
}

/** Its part of the round trips, and of the CPU that the service spends on talking to the database rather than on its own code. */
function repeatedShare(context: RuleContext, ofCalls: number): number {
  return clampRatio((context.sides.database + applicationShare(context) * talkingShare(context)) * ofCalls);
}

/** Without a usable profile of a busy service its CPU may all go into these calls, or none of it. */
function mayHold(context: RuleContext, { callsPerRequest }: StatementCase, ofCalls: number): boolean {
  const most = (context.sides.database + context.sides.application) * ofCalls;
  return cpuProfile(context) === null && callsPerRequest >= thresholds.manyCalls.value && most >= minimumShare;
}

function withoutProfile({ statement, database, callsPerRequest }: StatementCase): MissingEvidence {
  return {
    id: 'profile-of-calls',
    what: `how much of its CPU the service spends on the ${count(callsPerRequest)} calls a request of statement ${statement.queryId} of ${database.name}`,
    why: `no profile of it can be used, and the wait for the database alone is ${tooSmall}`,
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

/** All calls of a statement but one go; the one that is left does the work of all, so at the database only what each call costs beside its work goes for certain. */
function withoutRepeats(context: RuleContext, loop: readonly StatementCase[], ofCalls: number): Avoidable {
  const repeats = 1 - 1 / Math.max(1, loop[0]?.callsPerRequest ?? 1);
  const timeShare = clampRatio(loop.reduce((sum, { statement }) => sum + statement.timeShare, 0));
  const cpu = talkingShare(context) * ofCalls * repeats;
  const calls = ofCalls * repeats;
  return {
    cpu: [cpu, cpu],
    calls: [calls, calls],
    database: [Math.min(ofCalls, timeShare) * repeats, Math.max(ofCalls, timeShare) * repeats],
  };
}

function callShare(cases: readonly StatementCase[], loop: readonly StatementCase[]): number {
  const calls = (of: readonly StatementCase[]): number => of.reduce((sum, entry) => sum + entry.statement.calls, 0);
  return calls(cases) > 0 ? calls(loop) / calls(cases) : 0;
}

/** More of them would make the sentence longer, and the loop no plainer. */
const othersCited = 3;

function describe(context: RuleContext, loop: readonly StatementCase[], share: number, ofCalls: number): Candidate[] {
  const [entry, ...others] = loop;
  if (entry === undefined) return [];
  const { statement } = entry;
  const beside =
    others.length === 0
      ? ''
      : `, and ${plural(others.length, 'other statement')} like it (${others
          .slice(0, othersCited)
          .map(({ callsPerRequest }) => count(callsPerRequest))
          .join(', ')} times a request)`;
  const whose = others.length === 0 ? 'its' : 'their';
  return [
    {
      id: 'n-plus-one',
      component: 'database access',
      location: { statement: excerpt(statement.text), queryId: statement.queryId, database: entry.database.name },
      share,
      ...assured(context, 'statement-counts'),
      summary: `One statement runs ${count(entry.callsPerRequest)} times a request, ${ms(statement.meanExecMs)} and ${averageOf(statement.rowsPerCall, 'row')} each${beside}; ${whose} round trips, with the code that makes them and the queue for it, hold ${percent(share)} of the mean latency.`,
      evidence: cite(
        ...[entry, ...others.slice(0, othersCited)].flatMap((one) => citeStatement(context, one)),
        context.cited.load,
        context.cited.profile,
      ),
      remedy: {
        kind: 'code-change',
        statement: 'Fetch the set in one statement (a join, or = ANY($1) with all keys) instead of one by one.',
        ...expectedGain(context, withoutRepeats(context, loop, ofCalls)),
      },
    },
  ];
}
