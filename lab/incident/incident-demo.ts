/** `npm run demo -- --incident`: the database is gone to a bad deploy, and people are called. */
import { join } from 'node:path';
import { startLabSession } from '../lab-session.js';
import type { Narrator } from '../narrator.js';
import type { Releasers } from '../stack/releasers.js';
import { badDeploy } from './bad-deploy.js';
import { followDeploys } from './deploys.js';
import { withIncidents } from './incident-catalog.js';
import { playIncident } from './incident-story.js';
import { startReceiver } from './local-receiver.js';

/** Less proves no health (core/load/judge/sample-size.ts). */
const loadMs = 21_000;
const warmUpMs = 2_000;

export interface IncidentDemoOptions {
  keep: boolean;
  json: boolean;
  /** The postmortem goes here. */
  out: string;
}

export async function runIncidentDemo(options: IncidentDemoOptions, narrator: Narrator, releasers: Releasers): Promise<number> {
  narrator.headline('Getting ready: programs, database, Temporal, worker, alert hook, a pager');
  const receiver = await startReceiver(({ event, person, severity, status, text }) => {
    narrator.say(`[pager${person === null ? '' : ` of ${person}`}] ${event} ${severity} ${status}: ${text}`);
  });
  releasers.add('pager', () => receiver.close());
  const session = await startLabSession({
    ...{ faults: [badDeploy], durationMs: loadMs, warmUpMs, say: narrator.say, releasers },
    adaptCatalog: (yaml, shopUrl) => withIncidents(yaml, { pager: receiver.origin, shopUrl }),
  });
  const { ui } = session.incidents;
  if (ui !== null) narrator.say(`watch it in the Temporal Web UI: ${ui}`);
  const shop = await session.startShop(badDeploy);
  const deploys = followDeploys(session.scratch, shop, releasers);
  const postmortemFile = join(options.out, `postmortem-${new Date().toISOString().slice(0, 10)}.md`);
  const end = await playIncident({ session, deploys, receiver, narrator, postmortemFile });
  narrator.headline(end.problems.length === 0 ? `As expected: ${end.document.status}` : `NOT as expected: ${end.problems.join('; ')}`);
  if (options.json) process.stdout.write(`${JSON.stringify(end.document)}\n`);
  if (options.keep) {
    narrator.headline(`Everything is still running: shop ${shop.url}, hook ${session.incidents.hook}. Ctrl-C stops it.`);
    await new Promise(() => undefined);
  }
  return end.problems.length === 0 ? 0 : 1;
}
