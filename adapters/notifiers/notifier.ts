import type { z } from 'zod';
import type { ReadSettings } from '../../config/catalog-fields.js';
import type { Notification } from '../../core/model/notification.js';

/** One kind of receiver, as the registry knows it. */
export interface Notifier {
  kind: string;
  /** What it does, in half a sentence. */
  title: string;
  /** Its own fields beside `kind` in the catalog. */
  fields: z.ZodRawShape;
  /** `settings` are these fields with their secrets read. Throws ProgramFailedError, retryable where another try may help. */
  send: (settings: Record<string, unknown>, notification: Notification, signal: AbortSignal) => Promise<void>;
}

interface NotifierDefinition<Fields extends z.ZodRawShape> {
  kind: string;
  title: string;
  fields: Fields;
  send: (settings: ReadSettings<z.output<z.ZodObject<Fields>>>, notification: Notification, signal: AbortSignal) => Promise<void>;
}

/** Ties the settings that `send` gets to the fields that the catalog accepts. */
export function defineNotifier<Fields extends z.ZodRawShape>(definition: NotifierDefinition<Fields>): Notifier {
  const { send } = definition;
  // The catalog has read the settings with these very fields, and the secrets in them have become texts.
  return { ...definition, send: (settings, notification, signal) => send(settings as Parameters<typeof send>[0], notification, signal) };
}
