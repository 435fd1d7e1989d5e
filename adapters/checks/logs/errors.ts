import type { Catalog } from '../../../config/catalog.js';
import { unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { collectLogs } from '../../logs/collect-logs.js';
import type { Check } from '../check.js';

const sinceMs = 15 * 60_000;
const budgetMs = 5_000;
const shownChars = 160;

async function look(catalog: Catalog, service: string, signal: AbortSignal): Promise<Finding> {
  const { templates, unread, entries } = await collectLogs({ catalog, service, sinceMs, signal, budgetMs });
  const command = `perf-responder logs ${service} --since 15m`;
  const missed = unread.map(({ source, why }) => `${source}: ${why}`).join('; ');
  const striking = templates.filter(({ state }) => state !== 'usual');
  const first = striking[0];
  if (first !== undefined)
    return {
      verdict: 'warn',
      value: striking.length,
      limit: 1,
      detail: `${striking.length} messages are new or rising, the first ${first.count} times since ${first.firstAt ?? 'an unknown time'} (${first.state}): ${first.template.slice(0, shownChars)}${missed === '' ? '' : `; not read: ${missed}`}`,
      command,
      remedy: 'Read it with its paths and its stack; a message that is new at the onset is strong evidence.',
    };
  if (unread[0] !== undefined) return unknownFinding(`not read: ${missed}`, unread[0].remedy, command);
  const errors = templates.reduce((sum, { count }) => sum + count, 0);
  return {
    verdict: 'ok',
    value: 0,
    limit: 1,
    detail: `${entries} entries within 15 min, ${errors} report an error, all as usual`,
    command,
    remedy: null,
  };
}

export const errors: Check = {
  id: 'logs.errors',
  area: 'logs',
  title: 'error messages that are new, or far more frequent than in the hour before',
  isHeavy: true,
  plan: ({ catalog, services }) => services.map((name) => ({ target: name, look: (signal) => look(catalog, name, signal) })),
};
