import type { z } from 'zod';
import type { ReadSettings } from '../../config/catalog-fields.js';
import type { IncidentMessage } from '../../core/command/communication/message.js';
import type { Publication } from '../../core/command/communication/publication.js';
import type { Notification } from '../../core/model/notification.js';

/** What of the catalog beside its own entry a notifier may need, as it was written: references to secrets are not read. */
export interface Surroundings {
  /** `mail` at the top of the catalog. */
  mail: Record<string, unknown>;
  /** `incidents.notify`. */
  receivers: readonly Record<string, unknown>[];
}

/** Keys that an entry need not repeat, and what must hold of an entry with them. */
interface Completion {
  /** What the rest of the catalog says for every entry of this kind; the entry's own keys win. */
  inherit?: (surroundings: Surroundings, entry: Record<string, unknown>) => Record<string, unknown>;
  /** What is missing or contradicts itself in an entry, inherited keys included. Null = nothing. */
  check?: (entry: Record<string, unknown>) => { expected: string; fix: string } | null;
}

/** One kind of receiver, as the registry knows it. */
export interface Notifier extends Completion {
  kind: string;
  /** What it does, in half a sentence. */
  title: string;
  /** Its own fields beside `kind` in the catalog. */
  fields: z.ZodRawShape;
  /** News of a triage. `settings` are the fields with their secrets read. Throws ProgramFailedError, retryable where another try may help. */
  send: (settings: Record<string, unknown>, notification: Notification, signal: AbortSignal) => Promise<void>;
  /** A message of an incident. Answers the provider's id of it, where there is one. */
  deliver: (settings: Record<string, unknown>, message: IncidentMessage, signal: AbortSignal) => Promise<string | null>;
  /** Only of a public page: takes updates that somebody approved, and nothing else. Answers the provider's id of the incident. */
  publish?: (settings: Record<string, unknown>, publication: Publication, signal: AbortSignal) => Promise<string | null>;
}

interface NotifierDefinition<Fields extends z.ZodRawShape, Settings = ReadSettings<z.output<z.ZodObject<Fields>>>> extends Completion {
  kind: string;
  title: string;
  fields: Fields;
  send: (settings: Settings, notification: Notification, signal: AbortSignal) => Promise<void>;
  deliver: (settings: Settings, message: IncidentMessage, signal: AbortSignal) => Promise<string | null>;
  publish?: (settings: Settings, publication: Publication, signal: AbortSignal) => Promise<string | null>;
}

/** Ties the settings that a notifier gets to the fields that the catalog accepts. */
export function defineNotifier<Fields extends z.ZodRawShape>(definition: NotifierDefinition<Fields>): Notifier {
  const { send, deliver, publish, ...rest } = definition;
  // The catalog has read the settings with these very fields, and the secrets in them have become texts.
  return {
    ...rest,
    send: (settings, notification, signal) => send(settings as Parameters<typeof send>[0], notification, signal),
    deliver: (settings, message, signal) => deliver(settings as Parameters<typeof deliver>[0], message, signal),
    ...(publish === undefined
      ? {}
      : {
          publish: (settings: Record<string, unknown>, publication: Publication, signal: AbortSignal) =>
            publish(settings as Parameters<typeof publish>[0], publication, signal),
        }),
  };
}
