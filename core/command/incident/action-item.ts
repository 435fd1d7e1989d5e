import type { ActionRow } from './findings.js';
import type { RecordText } from './record-event.js';

/** An action item as the incident keeps it: texts of people are references. */
export type ActionItem = Omit<ActionRow, 'title' | 'state'> & {
  title: RecordText;
  state: 'open' | 'done' | 'accepted';
  /** How many of its reminders were sent. */
  reminded: number;
};
