import { textOrSecret } from '../../config/catalog-fields.js';
import { incidentCard, triageCard, type Card } from '../../core/command/communication/card.js';
import { teamsMessage } from '../../core/command/communication/teams-message.js';
import { askProvider } from './ask-provider.js';
import { defineNotifier } from './notifier.js';

const timeoutMs = 8000;

/** A workflow answers 202 when it has queued the card: it has no threads, tells no id, and cannot be asked what it got. */
async function post(url: string, card: Card, signal: AbortSignal): Promise<void> {
  await askProvider({ provider: 'Teams', url, body: teamsMessage(card), timeoutMs }, signal);
}

export const teams = defineNotifier({
  kind: 'teams',
  title: 'posts an adaptive card to a workflow of Microsoft Teams',
  fields: { url: textOrSecret },
  send: (to, notification, signal) => post(to.url, triageCard(notification), signal),
  deliver: async (to, message, signal) => {
    await post(to.url, incidentCard(message), signal);
    return null;
  },
});
