import type { BisectAnswer } from '../core/model/bisect.js';
import type { Incident } from '../core/model/incident.js';
import type { NotificationEvent } from '../core/model/notification.js';
import { shorten, toOneLine } from './foreign-text.js';
import { plainText, type Rich } from './rich-text.js';
import { rerunCommand } from './sections/actions.js';
import { accountSentence } from './sections/accounting.js';
import { changeSentence } from './sections/change.js';
import { worstSymptom } from './sections/symptom.js';
import { verdictOf } from './sections/verdict.js';
import { plural } from './words.js';

export interface NotificationText {
  /** One line, at most 150 characters. */
  headline: string;
  /** A few lines, at most 1 200 characters. */
  text: string;
  fields: { name: string; value: string }[];
}

const limits = { headline: 150, line: 350, text: 1200, field: 300 };

/**
 * Short plain text for chats, pagers and webhooks. Hidden characters are made visible. What a receiver takes for markup (`<`, `@`, `*`) is left as it is,
 * so a notifier escapes for its own receiver.
 */
export function renderNotification(incident: Incident, event: NotificationEvent): NotificationText {
  const verdict = verdictOf({ incident });
  const news = event === 'bisect-ended' && incident.bisect !== null ? changeSentence(incident.bisect) : verdict.headline;
  return textOf({
    headline: `${eventWord(event)}${incident.endpoint} - ${plainText(news)}`,
    rows: verdict.rows,
    fields: fieldsOf(incident),
  });
}

/** The same for a search that was not started by an incident. */
export function renderBisectNotification(endpoint: string, bisectId: string, answer: BisectAnswer): NotificationText {
  const change = changeSentence(answer);
  const spent = `${plural(answer.runs, 'run')}, ${plural(answer.builds, 'build')}`;
  return textOf({
    headline: `${eventWord('bisect-ended')}${endpoint} - ${plainText(change)}`,
    rows: [{ label: 'Change', text: change }, ...answer.reasons.slice(0, 3).map((reason) => ({ label: 'Because', text: [reason] }))],
    fields: [
      { name: 'Outcome', value: answer.outcome },
      { name: 'Metric', value: answer.metric },
      { name: 'Spent', value: spent },
      { name: 'Bisect', value: bisectId },
    ],
  });
}

interface Words {
  headline: string;
  rows: { label: string; text: Rich }[];
  fields: NotificationText['fields'];
}

function textOf({ headline, rows, fields }: Words): NotificationText {
  const line = (text: Rich): string => shorten(toOneLine(plainText(text)), limits.line);
  return {
    headline: shorten(toOneLine(headline), limits.headline),
    text: shorten(rows.map(({ label, text }) => `${label}: ${line(text)}`).join('\n'), limits.text),
    fields: fields.map(({ name, value }) => ({ name, value: shorten(toOneLine(value), limits.field) })),
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
    case 'bisect-ended':
      return 'Bisected: ';
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
