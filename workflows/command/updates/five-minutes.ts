/**
 * The first five minutes. Every step starts when its input is there and has at most 20 seconds of its own, so that a step that hangs is a row of the board
 * and holds nobody up.
 */
import { broadcast } from '../deliver.js';
import { judgeChanges } from '../../../core/command/changes/change.js';
import { unknownFinding } from '../../../core/command/checks/check.js';
import type { FiveMinuteStep, ServiceRow } from '../../../core/command/incident/findings.js';
import { holderOf } from '../../../core/command/incident/roles.js';
import { setStatus } from '../../../core/command/incident/commands.js';
import { rate } from '../../../core/command/incident/rate.js';
import { severityTable } from '../../../core/command/severity/severity.js';
import { describeFailure } from '../../kernel/describe-failure.js';
import { looking } from '../activity-options.js';
import { note, type CommandRun } from '../command-run.js';
import { propose } from '../triage/mitigations.js';
import { onsetOf } from '../triage/onset.js';
import { changeWindowMs } from '../../../core/command/changes/change-window.js';
import { draftByItself, postInternal } from './publish.js';

/** More at once would wait for each other on one worker, and the last ones would be late. */
const mostLooks = 30;

function nowIso(): string {
  return new Date(Date.now()).toISOString();
}

/** Runs one step and keeps its row. Returns null when it failed, because its result is unknown then. */
async function step<T>(run: CommandRun, name: FiveMinuteStep, work: () => Promise<T>, describe: (result: T) => string): Promise<T | null> {
  const update = (change: Partial<CommandRun['state']['fiveMinutes'][number]>): void => {
    run.state.fiveMinutes = run.state.fiveMinutes.map((row) => (row.step === name ? { ...row, ...change } : row));
    run.publish();
  };
  update({ startedAt: nowIso(), state: 'running' });
  const end = (state: 'done' | 'failed', result: string): void => {
    update({ endedAt: nowIso(), state, result });
    note(run, { kind: 'five-minutes', text: `${name}: ${result}`.slice(0, 200), data: { step: name, state } });
  };
  try {
    const result = await work();
    end('done', describe(result));
    return result;
  } catch (error) {
    end('failed', describeFailure(error));
    return null;
  }
}

function answered({ state }: CommandRun): string {
  const { paging, severity, severityReason } = state;
  const who = paging.acknowledgedBy === null ? 'not acknowledged yet' : `acknowledged by ${paging.acknowledgedBy}`;
  return `${severity} (${severityReason.rule}); ${who}; commander ${holderOf(state.roles, 'commander') ?? 'nobody'}`;
}

function chunks<T>(all: readonly T[], most: number): T[][] {
  const size = Math.max(1, Math.ceil(all.length / most));
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}

/** Looks at all services of the catalog in parallel, and shows each result as it comes. */
async function scope(run: CommandRun): Promise<readonly ServiceRow[]> {
  const { state } = run;
  const look = async (services: string[]): Promise<void> => {
    const summary = `health of ${services.join(', ')}`.slice(0, 180);
    const unknown = (why: string): ServiceRow[] =>
      services.map((service) => ({ service, state: 'unknown', checks: [noAnswer(service, why)] }));
    const rows = await looking.lookAtServices
      .executeWithOptions({ summary }, [{ services }])
      .catch((error: unknown) => unknown(describeFailure(error)));
    state.services = [...state.services.filter(({ service }) => !services.includes(service)), ...rows];
    run.publish();
  };
  const names = [...new Set([...state.affected, ...state.policy.services])];
  await Promise.all(chunks(names, mostLooks).map(look));
  raiseByHealth(run);
  return state.services;
}

function noAnswer(service: string, detail: string): ServiceRow['checks'][number] {
  return {
    id: 'health',
    area: 'service',
    target: service,
    tookMs: 0,
    ...unknownFinding(detail.slice(0, 200), `Run perf-responder check ${service}.`),
  };
}

function raiseByHealth(run: CommandRun): void {
  const { state } = run;
  const services = state.services.map(({ service, state: health }) => ({
    service,
    isCritical: state.policy.criticalServices.includes(service),
    // A slow or flapping service answers; the rule is about services that do not.
    isHealthy: health === 'unknown' ? null : health !== 'down',
    evidence: [`check:health:${service}`],
  }));
  const facts = { endpoints: [], services, burns: [], hasDataLoss: false, hasSecurityBreach: false };
  const raised = rate(state, facts, Date.now(), Date.now());
  if (raised !== null) broadcast(run, raised.event.id, { event: 'severity', text: raised.event.text });
}

function describeScope(rows: readonly ServiceRow[]): string {
  const bad = rows.filter(({ state }) => state !== 'up');
  if (bad.length === 0) return `all ${rows.length} services are up`;
  return `${rows.length} services: ${bad.map(({ service, state }) => `${service} ${state}`).join(', ')}`;
}

async function changes(run: CommandRun): Promise<void> {
  const { state } = run;
  const onset = onsetOf(run);
  const since = new Date(onset.atMs - changeWindowMs).toISOString();
  const services = [...new Set([...state.affected, ...state.policy.services])];
  const found = await looking.readChanges.executeWithOptions({ summary: 'what was changed' }, [{ services, since }]);
  for (const { source, ok, detail } of found.sources)
    if (!ok) note(run, { kind: 'change', text: `${source} could not be read: ${detail}`.slice(0, 200), data: { source } });
  state.changes = judgeChanges(found.changes, onset).map(({ score: _score, ...row }) => row);
}

function describeChanges(run: CommandRun): string {
  const { changes: rows } = run.state;
  const suspected = rows.filter(({ verdict }) => verdict === 'suspected');
  if (rows.length === 0) return 'no change found in the hour before';
  return `${suspected.length} suspected, ${rows.length - suspected.length} ruled out by time`;
}

/** The first message says what is known, not what is suspected. What goes outside is a draft until somebody approves it. */
async function firstMessage(run: CommandRun): Promise<string> {
  const { state } = run;
  const services = state.affected.join(', ') || 'services not known yet';
  const due = `${new Date(state.updateDueAtMs).toISOString().slice(11, 16)} UTC`;
  const inline = `${state.severity} ${services}: ${describeScope(state.services)}. Next update by ${due}.`.slice(0, 200);
  // Templates that cannot be read must not hold up the first message.
  await postInternal(run, 'declared', null).catch(() => postInternal(run, 'declared', null, { inline }));
  if (!severityTable[state.severity].isMajor) return 'told the receivers';
  await draftByItself(run, 'declared');
  return 'told the receivers; a draft for the status page waits for its approval';
}

/** Proposes what the evidence suggests, and does nothing else. Scope and changes are known by then, or known to be unknown. */
async function decide(run: CommandRun): Promise<string> {
  const { state } = run;
  await propose(run);
  if (state.status === 'triage') setStatus(state, { to: 'investigating', reason: 'the first look is done', by: null }, Date.now());
  const waiting = state.mitigations.filter(({ state: one }) => one === 'proposed').toSorted((left, right) => left.rank - right.rank);
  const [first, ...more] = waiting;
  if (first === undefined) return 'investigate: no evidence asks for a mitigation yet';
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return `mitigate: ${first.title} is proposed and waits for an approval${others}`;
}

/** Runs in the background and ends by itself, because every step of it is bounded. */
export async function fiveMinutes(run: CommandRun): Promise<void> {
  const answer = step(run, 'acknowledge', () => Promise.resolve(answered(run)), String);
  const looked = step(run, 'scope', () => scope(run), describeScope);
  const read = step(
    run,
    'changes',
    () => changes(run),
    () => describeChanges(run),
  );
  await Promise.all([answer, looked, read]);
  await step(run, 'message', () => firstMessage(run), String);
  await step(run, 'decide', () => decide(run), String);
}
