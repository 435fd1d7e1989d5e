/** What the handlers of an incident have in common. */
import { recordIgnored } from '../../../core/command/incident/commands.js';
import type { RecordEvent } from '../../../core/command/incident/record-event.js';
import { refuseLink, spendLink } from '../../../core/command/incident/links.js';
import type { UpdateDefinition } from '@temporalio/common';
import type { Reader } from '../../../core/decisions/read-message.js';
import { onUpdate, type onSignal } from '../../kernel/on-message.js';
import type { CommandRun } from '../command-run.js';
import type { ByRequest, Recorded } from '../messages.js';

/** An update that a person sent. A signed link is spent together with its update, so that neither a crash nor a second click can use it twice. */
export function onPerson<T extends ByRequest, Answer>(
  run: CommandRun,
  definition: UpdateDefinition<Answer, [T]>,
  reader: Reader<T>,
  refuse: (value: T) => string | null,
  handle: (value: T) => Answer | Promise<Answer>,
  options: { description: string },
): void {
  onUpdate(
    definition,
    reader,
    // Whoever comes second first hears who was first, and then about their link.
    (request) => refuse(request) ?? refuseLink(run.state, request.link, Date.now()),
    (request) => {
      spendLink(run.state, request.link, Date.now());
      return handle(request);
    },
    options,
  );
}

export function recorded(run: CommandRun, event: RecordEvent | undefined, warning: string | null = null): Recorded {
  run.publish();
  return { event: event?.id ?? '', at: event?.at ?? '', warning };
}

export function lastEvent(run: CommandRun): RecordEvent | undefined {
  return run.state.record.at(-1);
}

/** A signal that cannot be read has no sender to answer to, so the record says that it came. */
export function unreadable(run: CommandRun): Parameters<typeof onSignal>[0] {
  return {
    record: ({ text }) => {
      recordIgnored(run.state, text, Date.now());
    },
  };
}
