import type { z } from 'zod';
import type { ReadSettings } from '../../config/catalog-fields.js';
import type { IncidentMessage } from '../../core/command/communication/message.js';
import type { Notification } from '../../core/model/notification.js';

/** One kind of receiver, as the registry knows it. */
export interface Notifier {
  kind: string;
  /** What it does, in half a sentence. */
  title: string;
  /** Its own fields beside `kind` in the catalog. */
  fields: z.ZodRawShape;
  /** News of a triage. `settings` are the fields with their secrets read. Throws ProgramFailedError, retryable where another try may help. */
  send: (settings: Record<string, unknown>, notification: Notification, signal: AbortSignal) => Promise<void>;
  /** A message of an incident. Answers the provider's id of it, where there is one. */
  deliver: (settings: Record<string, unknown>, message: IncidentMessage, signal: AbortSignal) => Promise<string | null>;
}

interface NotifierDefinition<Fields extends z.ZodRawShape, Settings = ReadSettings<z.output<z.ZodObject<Fields>>>> {
  kind: string;
  title: string;
  fields: Fields;
  send: (settings: Settings, notification: Notification, signal: AbortSignal) => Promise<void>;
  deliver: (settings: Settings, message: IncidentMessage, signal: AbortSignal) => Promise<string | null>;
}

/** Ties the settings that a notifier gets to the fields that the catalog accepts. */
export function defineNotifier<Fields extends z.ZodRawShape>(definition: NotifierDefinition<Fields>): Notifier {
  const { send, deliver } = definition;
  // The catalog has read the settings with these very fields, and the secrets in them have become texts.
  return {
    ...definition,
    send: (settings, notification, signal) => send(settings as Parameters<typeof send>[0], notification, signal),
    deliver: (settings, message, signal) => deliver(settings as Parameters<typeof deliver>[0], message, signal),
  };
}
