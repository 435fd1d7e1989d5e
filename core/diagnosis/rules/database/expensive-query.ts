import { databasesDocument } from '../../../evidence/kinds/databases.js';
import type { MissingEvidence } from '../../../model/observation.js';
import { differenceToWindow } from '../../../database/plan/plan-choice.js';
import { shareOf, shareOfSide } from '../../account/accounting.js';
import { attribute, unattributed } from '../../account/attribution.js';
import { assured } from '../../confidence.js';
import { averageOf, excerpt, ms, percent } from '../../figures.js';
import { noForecast } from '../../forecast/expected-gain.js';
import { cite, nothing, type Rule, type RuleContext, type RuleVerdict, type Threshold } from '../../rule.js';
import { citeStatement, isOfWindow, isWaitingForLocks, statementCases, type StatementCase } from './database.js';

const thresholds = {
  most: {
    value: 0.5,
    unit: 'of the mean latency',
    source: 'More than everything else together: then the place is certain, whatever the reason.',
  },
  ours: {
    value: 0.5,
    unit: 'of its calls',
    source: 'A statement that may run mostly for others is no place in the path of these requests.',
  },
  executes: {
    value: 0.5,
    unit: 'of what it is said to hold',
    source:
      'What runs for less than half of the time that requests wait at the database is not what they wait for there, but round trips, planning or the beginning of connections.',
  },
  alone: {
    value: 0.1,
    unit: 'of the mean latency',
    source: 'A statement that alone takes less than a tenth of the latency is slow because of what runs beside it, not by what it does.',
  },
  budget: {
    value: 0.5,
    unit: 'of the budget',
    source: 'A statement that alone takes half of the budget leaves no room for the queue that any load makes.',
  },
} as const satisfies Record<string, Threshold>;

/** Says where, not why: one statement holds most of the latency. Rules that know its defect come before this one. */
export const expensiveQuery: Rule = { id: 'expensive-query', requires: [databasesDocument], thresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const heaviest = [...statementCases(context)].sort((a, b) => b.share - a.share)[0];
  if (heaviest === undefined || heaviest.share < thresholds.most.value || !isExecuting(context, heaviest)) return nothing;
  if (isWaiting(context, heaviest) || isCheapAlone(context, heaviest)) return nothing;
  const { ours, reasons } = attribute(context, heaviest.database, heaviest.statement, heaviest.statement.timeShare);
  if (ours < thresholds.ours.value) return { ...nothing, missing: [unattributed(heaviest.statement, heaviest.database, reasons)] };
  const { statement, database, share } = heaviest;
  return {
    ruledOut: [],
    causes: [
      {
        id: 'expensive-query',
        component: 'database query',
        location: { statement: excerpt(statement.text), queryId: statement.queryId, database: database.name },
        share,
        ...assured(context, 'statement-holds'),
        summary: `One statement holds ${percent(share)} of the mean latency: ${howLong(heaviest)}. Why it takes that long was not shown.`,
        evidence: cite(...citeStatement(context, heaviest), context.cited.wire, context.cited.load),
        remedy: {
          kind: 'none',
          statement: `Look at what this statement does; what would settle the reason is listed as missing evidence.`,
          ...noForecast,
        },
      },
    ],
    missing: [whatWouldTell(heaviest)],
  };
}

/** It waits for a lock: then the owner of the lock is the place to look at. */
function isWaiting(context: RuleContext, { scan, database, share }: StatementCase): boolean {
  const inScan = scan !== null && isWaitingForLocks(scan, database.kind);
  return inScan || 2 * shareOf(context.lines, 'database-lock') >= share;
}

/**
 * The server counts the time of a statement itself; a statement known from samples was seen running. Its time is compared with that of the requests at the
 * database: those that queue for a connection, or for a CPU that the database has, are not there yet.
 */
function isExecuting({ facts, lines, sides }: RuleContext, { statement, share, callsPerRequest }: StatementCase): boolean {
  if (statement.isSampled === true) return true;
  const atDatabase = sides.database > 0 ? (share * shareOfSide(lines, 'database')) / sides.database : 0;
  return callsPerRequest * statement.meanExecMs >= thresholds.executes.value * atDatabase * facts.meanMs;
}

function isCheapAlone(context: RuleContext, { scan, callsPerRequest }: StatementCase): boolean {
  if (scan?.plan?.analyzed !== true || scan.plan.executionMs === null || !isOfWindow(scan)) return false;
  const aloneMs = scan.plan.executionMs * Math.max(1, callsPerRequest);
  const { p95Ms, p99Ms, p50Ms } = context.input.budgets;
  const budgetMs = p95Ms ?? p99Ms ?? p50Ms ?? Infinity;
  return aloneMs < thresholds.alone.value * context.facts.meanMs && aloneMs < thresholds.budget.value * budgetMs;
}

function howLong({ statement, database, callsPerRequest }: StatementCase): string {
  if (statement.isSampled === true) return `it runs in ${percent(statement.timeShare)} of the active sessions of ${database.name}`;
  return `it takes ${ms(statement.meanExecMs)} a call, ${averageOf(callsPerRequest, 'call')} a request, and ${percent(statement.timeShare)} of the time of ${database.name}`;
}

function whatWouldTell({ statement, database, scan }: StatementCase): MissingEvidence {
  const other = scan?.plan == null ? null : differenceToWindow(scan.plan, statement);
  const isPlanKnown = scan?.plan?.analyzed === true && other === null;
  const had =
    scan?.plan == null
      ? 'no plan of it could be had'
      : other !== null
        ? `the plan that could be had is not the one that was slow: ${other}`
        : 'its plan shows no index, predicate, statistics or memory that would make it faster';
  return {
    id: 'statement-class',
    what: `why statement ${statement.queryId} of ${database.name} takes ${statement.isSampled === true ? 'its time' : ms(statement.meanExecMs)}`,
    why: scan === null ? 'the statements of the database were not scanned' : `${had}${scan.planNote === null ? '' : ` (${scan.planNote})`}`,
    remedy: `${isPlanKnown ? 'where' : 'give a plan of a slow call (auto_explain with log_analyze and log_buffers, then triage --plan FILE); where'} it has to read that much, keep its result (a summary table, a materialized view, a cache), or hand off to the bisector to find the change that made it slow`,
  };
}
