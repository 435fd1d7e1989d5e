/** Handlers that cannot break their workflow: every message is read first, and one that cannot be read is refused or recorded. */
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { tryRead, type Reader } from '../../core/decisions/read-message.js';
import type { NewEvent, StoryFact } from '../../core/model/timeline.js';

interface Writer {
  record: (event: NewEvent<StoryFact>) => unknown;
}

/** A signal has no sender to answer to, so one that cannot be read is recorded and ignored. */
export function onSignal<Sent, T>(
  { record }: Writer,
  definition: SignalDefinition<[Sent]> | SignalDefinition<[Sent?]>,
  reader: Reader<T>,
  handle: (value: T) => void,
  options: { description: string },
): void {
  const take = (value: unknown): void => {
    const read = tryRead(reader, value);
    if (read.ok) handle(read.value);
    else record({ kind: 'ignored', message: definition.name, text: `ignored the signal ${definition.name}: ${read.why}` });
  };
  setHandler(definition as SignalDefinition<[unknown?]>, take, options);
}

/** An update that cannot be read is refused with what was expected and what came. `refuse` says why a readable one cannot be taken now; null = it can. */
export function onUpdate<T, Answer>(
  definition: UpdateDefinition<Answer, [T]>,
  reader: Reader<T>,
  refuse: (value: T) => string | null,
  handle: (value: T) => Answer | Promise<Answer>,
  options: { description: string },
): void {
  const understand = (value: unknown): T => {
    const read = tryRead(reader, value);
    if (read.ok) return read.value;
    throw ApplicationFailure.nonRetryable(read.why, 'RefusedError');
  };
  setHandler(definition, (value) => handle(understand(value)), {
    ...options,
    // Synchronous on purpose: the SDK ignores the promise of an asynchronous validator.
    validator: (value: unknown) => {
      const refusal = refuse(understand(value));
      if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal, 'RefusedError');
    },
  });
}

/** A start argument that cannot be read ends the workflow at once with the reason; a retry would change nothing. */
export function readStart<T>(reader: Reader<T>, value: unknown): T {
  const read = tryRead(reader, value);
  if (read.ok) return read.value;
  throw ApplicationFailure.nonRetryable(`the input of the workflow cannot be read: ${read.why}`, 'UnreadableInputError');
}
