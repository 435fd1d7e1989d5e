import type { ActivityDependencies } from '../../activities/dependencies.js';
import { notifiers } from '../../adapters/notifiers/registry.js';

/** By the notifier of the receiver's kind; the catalog accepts registered kinds only. */
export const sendNotification: ActivityDependencies['notify'] = async ({ kind, settings }, notification, signal) => {
  await notifiers.find((candidate) => candidate.kind === kind)?.send(settings, notification, signal);
};
