/** Pages level by level until somebody answers. Who is on call is asked when a level is due, not when the incident began. */
import { condition } from '@temporalio/workflow';
import { dueStep, exhausted, paged, reopened, skipped } from '../../../core/command/ladder/paging-ladder.js';
import type { PagingStep } from '../../../core/command/ladder/paging-plan.js';
import { isOpen } from '../../../core/command/incident/incident-status.js';
import { reading } from '../activity-options.js';
import { note, sleepUntil, type CommandRun } from '../command-run.js';
import { broadcast, page } from '../deliver.js';

async function takeStep(run: CommandRun, step: PagingStep): Promise<void> {
  const { state } = run;
  const before = state.paging;
  const at = new Date(before.dueAtMs ?? Date.now()).toISOString();
  const summary = `who is ${step.level}?`;
  const onCall = await reading.resolveOnCall.executeWithOptions({ summary }, [{ notify: step.notify, at }]);
  // Somebody answered, escalated or resolved meanwhile, so this page is no longer the right one.
  if (state.paging !== before || run.isLeaving) return;
  if (onCall.people.length === 0) {
    state.paging = skipped(before, state.plan);
    note(run, { kind: 'page', text: `${step.level} skipped: ${onCall.reason}`, data: { level: step.level, skipped: true } });
    return;
  }
  state.paging = paged(before, state.plan);
  const again = step.attempt === 1 ? '' : ' again';
  const names = onCall.people.map(({ person }) => person).join(', ');
  const event = note(run, {
    kind: 'page',
    text: `${step.level} paged${again}: ${names}`,
    data: { level: step.level, attempt: step.attempt },
  });
  for (const { person, channels, quietUntil = null } of onCall.people) {
    const sentAt = event.at;
    page(run, {
      page: {
        level: step.level,
        role: step.role,
        person,
        channel: null,
        sentAt,
        state: 'sent',
        acknowledgedAt: null,
        reason: onCall.reason,
      },
      channels,
      quietUntil,
      deliveryId: `${state.declaration.incidentId}-${event.id}-${person}`,
      text: `${state.severity}: you are paged as ${step.role} (${step.level}). Acknowledge, or the next level is paged.`,
    });
  }
}

function giveUp(run: CommandRun): void {
  run.state.paging = exhausted(run.state.paging);
  const event = note(run, { kind: 'nobody-answered', text: 'every level was paged and nobody answered', pinned: true });
  broadcast(run, event.id, { event: 'state', text: { inline: 'NOBODY ANSWERED: every level of the paging ladder was paged' } });
}

export async function pageLadder(run: CommandRun): Promise<void> {
  const { state } = run;
  for (;;) {
    await condition(() => run.isLeaving || state.paging.state === 'paging');
    if (run.isLeaving) return;
    const step = dueStep(state.paging, state.plan);
    const summary = step === null ? 'then nobody has answered' : `pages ${step.level} unless somebody answers`;
    if (!(await sleepUntil(run, state.paging.dueAtMs ?? Date.now(), () => state.paging, summary))) continue;
    if (step === null) giveUp(run);
    else await takeStep(run, step);
  }
}

/** An acknowledgement is a promise: if nobody does anything for this long, the incident pages again. */
export async function watchAcknowledgement(run: CommandRun): Promise<void> {
  const { state } = run;
  for (;;) {
    await condition(() => run.isLeaving || (state.paging.state === 'acknowledged' && isOpen(state.status)));
    if (run.isLeaving) return;
    const seen = (): string => `${state.paging.state} ${state.lastHumanAtMs} ${state.status}`;
    const dueAtMs = state.lastHumanAtMs + state.policy.ackTimeoutMs;
    if (!(await sleepUntil(run, dueAtMs, seen, 'pages again unless somebody does something'))) continue;
    const minutes = Math.round(state.policy.ackTimeoutMs / 60_000);
    state.paging = reopened(state.paging, Date.now());
    note(run, { kind: 'reminder', text: `acknowledged, but nothing was done for ${minutes} min: paging begins again`, pinned: true });
  }
}
