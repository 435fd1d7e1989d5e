import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../client/hook/read-body.js';
import { alertSources } from '../../client/hook/sources/registry.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { FuzzTarget } from './target.js';

/** Deliveries of every sender, given to every source. */
export function alertTargets(root: string): FuzzTarget[] {
  const folder = join(root, 'fixtures/alerts');
  const seeds = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  return [{ id: 'alerts', seeds, read: requireSoundAlerts }];
}

/** Longer than any text of an alert may enter a history. */
const longest = 2000;

async function requireSoundAlerts(bytes: Uint8Array): Promise<void> {
  await Promise.resolve();
  const body = parseJson(Buffer.from(bytes));
  if (body === undefined) throw new UnreadableInputError('alerts: expected JSON in UTF-8');
  let taken = 0;
  for (const source of alertSources) {
    const read = source.read(body);
    if (!read.ok && (read.expected === '' || read.came === '')) throw new Error(`${source.name} refuses without a word`);
    for (const { id, title, labels, startsAt } of read.ok ? read.alerts : []) {
      taken++;
      const texts = [id, title, ...Object.keys(labels), ...Object.values(labels)];
      if (texts.some((text) => typeof text !== 'string' || text.length > longest))
        throw new Error(`${source.name} lets a text through that is none or too long`);
      if (startsAt !== null && Number.isNaN(Date.parse(startsAt))) throw new Error(`${source.name} tells a time that is none: ${startsAt}`);
    }
  }
  if (taken === 0) throw new UnreadableInputError('alerts: no source reads this');
}
