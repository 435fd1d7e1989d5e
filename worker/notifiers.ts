import type { ActivityDependencies } from '../activities/dependencies.js';
import { sendWebhook } from '../adapters/notifiers/webhook.js';

/** Every kind of receiver that a catalog may name. */
export const notifiers: ActivityDependencies['notifiers'] = { webhook: sendWebhook };
