import type { Incident } from '../core/model/incident.js';
import { shorten, toOneLine } from './foreign-text.js';
import { plainText, type Rich } from './rich-text.js';
import { rerunCommand } from './sections/actions.js';
import { accountSentence } from './sections/accounting.js';
import { worstSymptom } from './sections/symptom.js';
import { verdictOf } from './sections/verdict.js';

export type NotificationEvent = 'report-ready' | 'rerun' | 'needs-human' | 'ended';

export interface NotificationText {
  /** One line, at most 150 characters. */
  title: string;
  /** A few lines, at most 1 200 characters. */
  text: string;
  fields: { name: string; value: string }[];
}

const limits = { title: 150, line: 350, text: 1200, field: 300 };

/**
 * Short plain text for chats, pagers and webhooks. Hidden characters are shown; what a receiver takes for markup (`<`, `@`, `*`) is left as it
 * is, so a notifier escapes for its own receiver.
 */
export function renderNotification(incident: Incident, event: NotificationEvent): NotificationText {
  const verdict = verdictOf({ incident });
  const line = (text: Rich): string => shorten(toOneLine(plainText(text)), limits.line);
  const rows = verdict.rows.map(({ label, text }) => `${label}: ${line(text)}`);
  return {
    title: shorten(toOneLine(`${eventWord(event)}${incident.endpoint} - ${plainText(verdict.headline)}`), limits.title),
    text: shorten(rows.join('\n'), limits.text),
    fields: fieldsOf(incident).map(({ name, value }) => ({ name, value: shorten(toOneLine(value), limits.field) })),
  };
}

function eventWord(event: NotificationEvent): string {
  switch (event) {
    case 'report-ready':
      return '';
    case 'rerun':
      return 'Re-run: ';
    case 'needs-human':
      return 'Needs you: ';
    case 'ended':
      return 'Ended: ';
  }
}

function fieldsOf(incident: Incident): NotificationText['fields'] {
  const { confirmation, causes, accounting, outcome, incidentId } = incident;
  const first = causes[0];
  return [
    { name: 'Outcome', value: outcome ?? 'in progress' },
    ...(confirmation === null ? [] : [{ name: 'Symptom', value: worstSymptom(confirmation) }]),
    ...(first === undefined ? [] : [{ name: 'Cause', value: `${first.id} (confidence ${first.confidence.toFixed(2)})` }]),
    ...(accounting.length === 0 ? [] : [{ name: 'Per request', value: accountSentence(accounting) }]),
    { name: 'Incident', value: incidentId },
    { name: 'Re-run', value: rerunCommand(incident) },
  ];
}
