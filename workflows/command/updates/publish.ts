/** Updates: drafted from the record, linted, approved by a person, published. */
import { CancellationScope, condition } from '@temporalio/workflow';
import { postUpdate, publicUpdate, recordCommunication } from '../../../core/command/incident/commands.js';
import {
  addDraft,
  describeIssues,
  markFailed,
  markPublished,
  publicOrder,
  publicStatusNow,
  speaksOutside,
} from '../../../core/command/incident/publications.js';
import type { UpdatePhase } from '../../../core/command/communication/draft-update.js';
import { isEnded } from '../../../core/command/incident/incident-status.js';
import type { Actor, RecordEvent, RecordText } from '../../../core/command/incident/record-event.js';
import { describeFailure } from '../../kernel/describe-failure.js';
import { drafting, publishing } from '../activity-options.js';
import { note, type CommandRun } from '../command-run.js';
import { broadcast, toPublicPages } from '../deliver.js';
import type { UpdateRequest } from '../messages.js';

interface Posted {
  event: RecordEvent;
  warning: string | null;
}

/** Posts an internal update, written from the record if nobody wrote one, and tells the receivers. */
export async function postInternal(run: CommandRun, phase: UpdatePhase, by: Actor | null, given?: RecordText): Promise<Posted> {
  const { state } = run;
  const text =
    given ??
    (
      await drafting.draftUpdate.executeWithOptions({ summary: 'an internal update' }, [
        { incidentId: state.declaration.incidentId, audience: 'internal', phase },
      ])
    ).text;
  // An update by the responder itself does not count as a person having looked.
  const event =
    by === null
      ? recordCommunication(state, { text, audience: 'internal', kind: phase === 'declared' ? 'first' : 'update' }, Date.now())
      : postUpdate(state, { text, by }, Date.now());
  broadcast(run, event.id, { event: 'update', text });
  return { event, warning: null };
}

/** A draft for outside, with the findings of the lint. */
export async function draftExternal(run: CommandRun, phase: UpdatePhase, request: Partial<UpdateRequest>): Promise<Posted> {
  const { state } = run;
  const status = publicStatusNow(state);
  const { by = null, corrects = null } = request;
  const { incidentId } = state.declaration;
  const draft =
    request.text === undefined
      ? await drafting.draftUpdate.executeWithOptions({ summary: 'a draft for outside' }, [{ incidentId, audience: 'external', phase }])
      : {
          text: request.text,
          status,
          ...(await drafting.lintUpdate.executeWithOptions({ summary: 'lint of a draft' }, [{ text: request.text, status }])),
        };
  const kind = corrects === null ? (phase === 'declared' ? 'first' : 'update') : 'correction';
  const event = addDraft(state, { kind, by, corrects, text: draft.text, status: draft.status, issues: draft.issues }, Date.now());
  run.publish();
  return { event, warning: describeIssues(draft.issues) };
}

/** What the responder drafts by itself. If no worker answers with a text, a plain standard sentence stands in. */
export async function draftByItself(run: CommandRun, phase: UpdatePhase): Promise<void> {
  const { state } = run;
  try {
    await draftExternal(run, phase, {});
  } catch (error) {
    note(run, { kind: 'communication', text: `no draft from the templates: ${describeFailure(error)}`.slice(0, 200) });
    const due = `${new Date(state.updateDueAtMs).toISOString().slice(11, 16)} UTC`;
    const draft = {
      kind: 'update',
      by: null,
      status: publicStatusNow(state),
      corrects: null,
      issues: [],
      text: { inline: publicUpdate(due) },
    };
    addDraft(state, draft, Date.now());
  }
  run.publish();
}

/** Makes a draft whenever the page would say something new. */
export async function keepDrafts(run: CommandRun): Promise<void> {
  const { state } = run;
  for (;;) {
    await condition(() => run.isLeaving || publicStatusNow(state) !== state.draftedFor);
    if (run.isLeaving || isEnded(state.status)) return;
    state.draftedFor = publicStatusNow(state);
    if (speaksOutside(state)) await draftByItself(run, 'update');
  }
}

/**
 * Publishes an approved draft on our own page, then on those of providers. Publications run one after the other, because an older one that was held up must
 * not appear after a newer one. Returns what went wrong; null: nothing.
 */
export async function publishDraft(run: CommandRun, id: string): Promise<string | null> {
  const before = run.publications;
  const ours = CancellationScope.nonCancellable(async () => {
    await before.catch(() => undefined);
    return await writePage(run, id);
  });
  run.publications = ours.then(async (warning) => {
    if (warning === null) await toPublicPages(run, id);
  });
  run.deliveries += 1;
  void run.publications.finally(() => {
    run.deliveries -= 1;
  });
  return await ours;
}

async function writePage(run: CommandRun, id: string): Promise<string | null> {
  const { state } = run;
  try {
    await publishing.writeStatusPage.executeWithOptions({ summary: `${id} on the status page` }, [publicOrder(state, id)]);
    markPublished(state, id, Date.now());
    note(run, { kind: 'communication', text: `${id} is on the status page`, pinned: true, data: { draft: id, state: 'published' } });
    return null;
  } catch (error) {
    markFailed(state, id);
    const text = `${id} could not be published: ${describeFailure(error)}`.slice(0, 200);
    note(run, { kind: 'notify-failed', text, data: { draft: id } });
    return text;
  }
}
