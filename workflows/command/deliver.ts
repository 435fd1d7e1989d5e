/** Messages to people and receivers. Nobody waits for them: a ladder that waited for a slow pager would page the next level late. */
import { CancellationScope } from '@temporalio/workflow';
import type { MessageEvent, MessageOrder } from '../../core/command/communication/message.js';
import type { Page } from '../../core/command/incident/command-state.js';
import { publicOrder } from '../../core/command/incident/publications.js';
import type { RecordText } from '../../core/command/incident/record-event.js';
import { describeFailure, failureType } from '../kernel/describe-failure.js';
import { broadcasting, delivering } from './activity-options.js';
import { note, type CommandRun } from './command-run.js';
import { holdsBack } from './paging/hold-back.js';

interface Content {
  event: MessageEvent;
  text: RecordText;
  level?: string | null;
  role?: string | null;
}

function messageFor(run: CommandRun, content: Content, to: { person: string | null; deliveryId: string }): MessageOrder {
  const { declaration, severity, status } = run.state;
  return {
    event: content.event,
    deliveryId: to.deliveryId,
    incidentId: declaration.incidentId,
    severity,
    status,
    title: declaration.title,
    text: content.text,
    level: content.level ?? null,
    role: content.role ?? null,
    person: to.person,
    acknowledgedBy: run.state.paging.acknowledgedBy,
    at: new Date(Date.now()).toISOString(),
  };
}

/** Runs in the background. The incident may be cancelled meanwhile; the message is sent all the same. */
function inBackground(run: CommandRun, work: () => Promise<void>): void {
  run.deliveries += 1;
  void CancellationScope.nonCancellable(work).finally(() => {
    run.deliveries -= 1;
  });
}

/** If pages do not arrive, everybody has to know: the record shows it at the top, and the receivers are told once per channel. */
function tellOfDeadChannel(run: CommandRun, { person, channel, why }: { person: string; channel: number; why: string }): void {
  const { state } = run;
  const key = `${person} ${channel}`;
  if (state.deadChannels.includes(key)) return;
  state.deadChannels = [...state.deadChannels, key];
  const text = `channel ${channel + 1} of ${person} is dead: ${why}`.slice(0, 200);
  const event = note(run, { kind: 'notify-failed', text, pinned: true, data: { person, channel, isDead: true } });
  broadcast(run, event.id, { event: 'state', text: { inline: text } });
}

/** Tries the channels of a person in order. Returns the kind of the channel that accepted; null: none did. */
async function tryChannels(run: CommandRun, person: string, channels: number, message: MessageOrder): Promise<string | null> {
  for (let channel = 0; channel < channels; channel += 1) {
    try {
      const summary = `${message.event} to ${person}, channel ${channel + 1}`;
      const answer = await delivering.sendToPerson.executeWithOptions({ summary }, [{ person, channel, message }]);
      return answer.channel;
    } catch (error) {
      const text = `${message.event} to ${person} by channel ${channel + 1} failed: ${describeFailure(error)}`.slice(0, 200);
      note(run, { kind: 'notify-failed', text, data: { person, channel } });
      if (failureType(error) === 'CircuitOpenError') tellOfDeadChannel(run, { person, channel, why: describeFailure(error) });
    }
  }
  return null;
}

interface PageTarget {
  page: Page;
  channels: number;
  deliveryId: string;
  text: string;
  /** End of the person's quiet hours, ISO 8601. */
  quietUntil: string | null;
}

/** Pages one person and records the result. */
export function page(run: CommandRun, target: PageTarget): void {
  const { state } = run;
  const { person, level, role, sentAt } = target.page;
  if (holdsBack(run, target.quietUntil, { person, channels: target.channels, at: sentAt, text: target.text, page: target.page })) return;
  const index = state.pages.length;
  state.pages = [...state.pages, target.page];
  const update = (change: Partial<Page>): void => {
    state.pages = state.pages.map((one, at) => (at === index ? { ...one, ...change } : one));
    run.publish();
  };
  const content: Content = { event: 'page', text: { inline: target.text }, level, role };
  const message = messageFor(run, content, { person, deliveryId: target.deliveryId });
  inBackground(run, async () => {
    const channel = await tryChannels(run, person, target.channels, message);
    // Somebody may have answered while the page was on its way.
    const isOpen = state.pages[index]?.state === 'sent';
    if (channel === null) update(isOpen ? { state: 'failed' } : {});
    else update({ channel, ...(isOpen ? { state: 'delivered' as const } : {}) });
  });
}

/** Tells one person something that needs no answer. */
export function tellPerson(
  run: CommandRun,
  to: { person: string; channels: number; deliveryId: string; quietUntil?: string | null },
  content: Content,
): void {
  const { person, channels } = to;
  const said = 'inline' in content.text ? content.text.inline : content.event;
  const at = new Date(Date.now()).toISOString();
  if (holdsBack(run, to.quietUntil ?? null, { person, channels, at, text: said, page: null })) return;
  const message = messageFor(run, content, { person: to.person, deliveryId: to.deliveryId });
  inBackground(run, async () => {
    await tryChannels(run, to.person, to.channels, message);
  });
}

/** Pages that the public reads are told of approved updates only. */
function isPublicPage(kind: string): boolean {
  return kind === 'statuspage';
}

/** Publishes an approved update on the providers' pages. If one fails, the record has a row for it; the others are published. */
export async function toPublicPages(run: CommandRun, updateId: string): Promise<void> {
  const order = publicOrder(run.state, updateId);
  const { policy, severity } = run.state;
  const pages = policy.receivers.filter(({ kind, severities }) => isPublicPage(kind) && (severities?.includes(severity) ?? true));
  const tell = async ({ receiver, kind }: (typeof pages)[number]): Promise<void> => {
    try {
      const summary = `${updateId} to receiver ${receiver + 1} (${kind})`;
      await broadcasting.publishToReceiver.executeWithOptions({ summary }, [{ receiver, order, updateId }]);
    } catch (error) {
      const text = `${updateId} to receiver ${receiver + 1} (${kind}) failed: ${describeFailure(error)}`.slice(0, 200);
      note(run, { kind: 'notify-failed', text, data: { receiver, receiverKind: kind, draft: updateId } });
    }
  };
  await Promise.all(pages.map(tell));
}

/** Tells every receiver that wants to hear of incidents of this severity. `key` makes all tries of the delivery the same delivery. */
export function broadcast(run: CommandRun, key: string, content: Content): void {
  const { policy, severity, declaration } = run.state;
  for (const { receiver, kind, severities } of policy.receivers) {
    if (isPublicPage(kind) || (severities !== null && !severities.includes(severity))) continue;
    const message = messageFor(run, content, { person: null, deliveryId: `${declaration.incidentId}-${key}-r${receiver}` });
    inBackground(run, async () => {
      try {
        const summary = `${content.event} to receiver ${receiver + 1} (${kind})`;
        await broadcasting.sendToReceiver.executeWithOptions({ summary }, [{ receiver, message }]);
      } catch (error) {
        const text = `${content.event} to receiver ${receiver + 1} (${kind}) failed: ${describeFailure(error)}`.slice(0, 200);
        note(run, { kind: 'notify-failed', text, data: { receiver, receiverKind: kind } });
      }
    });
  }
}
