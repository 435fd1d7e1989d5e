import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { CommandState } from '../../core/command/incident/command-state.js';
import { giveRole, setStatus } from '../../core/command/incident/commands.js';
import { adoptPolicy, createCommandState } from '../../core/command/incident/create-state.js';
import { isEnded } from '../../core/command/incident/incident-status.js';
import { unknownPolicy } from '../../core/command/incident/policy.js';
import { holderOf, roleNames, type RoleName } from '../../core/command/incident/roles.js';
import { readStart } from '../kernel/on-message.js';
import { reading } from './activity-options.js';
import { keepCadence } from './updates/cadence.js';
import { note, sleepUntil, type CommandRun } from './command-run.js';
import { broadcast } from './deliver.js';
import { registerHandlers } from './handlers/register.js';
import { manage } from './paging/management.js';
import { fiveMinutes } from './updates/five-minutes.js';
import { handOver } from './registry/merge.js';
import { keepMitigations, keepProposals } from './triage/mitigations.js';
import { watchRunsOfBefore } from './triage/runs-of-before.js';
import { keepImpact } from './triage/impact.js';
import { startTriages } from './triage/triages.js';
import { watchSymptom } from './triage/watch.js';
import { followUp } from './follow-up.js';
import { holdServices } from './registry/held-services.js';
import type { CommandStart } from './messages.js';
import { pageLadder, watchAcknowledgement } from './paging/page-ladder.js';
import { publish } from './publish.js';
import { keepDrafts } from './updates/publish.js';
import { keepQuiet } from './paging/quiet.js';
import { readCommandStart, readDeclaration } from './read-messages.js';

const newerParts: Pick<CommandState, 'drafts' | 'draftedFor' | 'held' | 'deadChannels'> = {
  ...{ drafts: {}, draftedFor: 'investigating' },
  ...{ held: [], deadChannels: [] },
};

/** A resolved incident waits this long for its review, then it closes by itself. */
const closesAfterMs = 30 * 24 * 3_600_000;

/**
 * Coordinates people: severity, roles, two ladders, the record, updates. Its triages are workflows of their own, and neither ends the other. Returns its
 * last state when it is closed, cancelled or merged, which may be months later.
 */
export async function commandIncident(start: CommandStart): Promise<CommandState> {
  const run = open(start);
  const isNew = !run.isReady;
  if (isNew) await begin(run);
  const firstWork = isNew ? beginWork(run) : watchRunsOfBefore(run);
  const loops = Promise.all([
    pageLadder(run),
    watchAcknowledgement(run),
    manage(run),
    keepCadence(run),
    holdServices(run),
    closeInTime(run),
    watchSymptom(run),
    keepProposals(run),
    keepMitigations(run),
    handOver(run),
    followUp(run),
    keepDrafts(run),
    keepQuiet(run),
    keepImpact(run),
    firstWork,
  ]);
  await condition(() => isEnded(run.state.status) || workflowInfo().continueAsNewSuggested);
  run.isLeaving = true;
  await loops;
  await condition(() => run.deliveries === 0 && allHandlersFinished());
  if (!isEnded(run.state.status)) await continueAsNew<typeof commandIncident>({ declaration: run.state.declaration, carried: run.state });
  return run.state;
}

/** Sets up state and handlers before anything is awaited, so that an update that comes with the start is answered. */
function open(start: CommandStart): CommandRun {
  const { carried } = readStart(readCommandStart, start);
  // A history that began with an older version lacks the newer parts.
  const before = carried === undefined ? null : { ...newerParts, ...carried };
  const state = before ?? createCommandState(readStart(readDeclaration, start.declaration), unknownPolicy);
  const run: CommandRun = {
    state,
    publications: Promise.resolve(),
    deliveries: 0,
    isReady: carried !== undefined,
    registered: state.declaration.services.join('\n'),
    isLeaving: false,
    proposalsWanted: 0,
    proposalsMade: 0,
    publish: () => publish(state),
  };
  registerHandlers(run);
  run.publish();
  return run;
}

/** Reads the rules of the catalog and gives the roles that it names to whoever has them now. */
async function begin(run: CommandRun): Promise<void> {
  const { state } = run;
  const summary = 'ladders, roles and receivers of the catalog';
  const services = [...state.declaration.services];
  adoptPolicy(state, await reading.readCommandPolicy.executeWithOptions({ summary }, [{ services }]));
  run.isReady = true;
  broadcast(run, 'declared', { event: 'state', text: { inline: `declared ${state.severity}` } });
  await Promise.all(roleNames.map((role) => fillRole(run, role)));
  for (const owner of state.policy.owners) giveRole(state, { role: 'expert', person: owner, state: 'standby', by: null }, Date.now());
  run.publish();
}

/** Both end by themselves, and a history does not end in the middle of them. */
async function beginWork(run: CommandRun): Promise<void> {
  await Promise.all([fiveMinutes(run), startTriages(run)]);
}

async function fillRole(run: CommandRun, role: RoleName): Promise<void> {
  const { state } = run;
  const target = state.policy.roles[role];
  if (target === undefined || holderOf(state.roles, role) !== null) return;
  const at = new Date(Date.now()).toISOString();
  const { people, reason } = await reading.resolveOnCall.executeWithOptions({ summary: `who is ${role}?` }, [{ notify: [target], at }]);
  const [first] = people;
  // Somebody may have taken the role meanwhile.
  if (holderOf(state.roles, role) !== null) return;
  if (first !== undefined) giveRole(state, { role, person: first.person, state: 'assigned', by: null }, Date.now());
  else note(run, { kind: 'role', text: `nobody is ${role}: ${reason}`.slice(0, 200), data: { role, person: null, state: 'released' } });
}

async function closeInTime(run: CommandRun): Promise<void> {
  const { state } = run;
  for (;;) {
    await condition(() => run.isLeaving || state.resolvedAtMs !== null);
    if (run.isLeaving || state.resolvedAtMs === null) return;
    if (!(await sleepUntil(run, state.resolvedAtMs + closesAfterMs, () => state.resolvedAtMs, 'closes by itself'))) continue;
    // Promised work is followed until it is done, however long that takes.
    const isReopened = (): boolean => state.resolvedAtMs === null;
    const isLeaving = (): boolean => run.isLeaving;
    await condition(() => isLeaving() || isReopened() || state.actions.every((item) => item.state !== 'open'));
    if (isLeaving()) return;
    if (isReopened()) continue;
    if (!isEnded(state.status))
      setStatus(state, { to: 'closed', reason: 'resolved for 30 days, and nothing is open', by: null }, Date.now());
    return;
  }
}
