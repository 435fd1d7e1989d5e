import { email } from './email.js';
import type { Notifier } from './notifier.js';
import { pagerduty } from './pagerduty.js';
import { slack } from './slack.js';
import { statuspage } from './statuspage.js';
import { teams } from './teams.js';
import { webhook } from './webhook.js';

/** Receivers of notifications. `notify` of the catalog accepts exactly these kinds. */
export const notifiers: readonly Notifier[] = [webhook, slack, email, pagerduty, teams, statuspage];

/** Those that can tell a person something; a public page hears only what was approved. */
export const personalNotifiers: readonly Notifier[] = notifiers.filter(({ publish }) => publish === undefined);
