import { z } from 'zod';
import { httpUrl, secretRef, text } from '../../config/catalog-fields.js';
import type { Publication } from '../../core/command/communication/publication.js';
import { readStatuspageIncident, statuspageBody, type StatuspageIncident } from '../../core/command/communication/statuspage-incident.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import { askProvider } from './ask-provider.js';
import { defineNotifier } from './notifier.js';

/** Two calls of this length fit into the nine seconds of one try. */
const timeoutMs = 4000;
/** The newest ones: our incident is open, or was a day ago. */
const listed = 100;

interface StatuspageSettings {
  page: string;
  key: string;
  components?: Record<string, string> | undefined;
  api?: string | undefined;
}

interface Call {
  method?: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: object;
}

async function call(
  { page, key, api = 'https://api.statuspage.io' }: StatuspageSettings,
  { method = 'GET', path, body }: Call,
  signal: AbortSignal,
) {
  const url = new URL(`/v1/pages/${encodeURIComponent(page)}/incidents${path}`, api).href;
  const headers = { authorization: `OAuth ${key}` };
  const answer = await askProvider(
    { provider: 'Statuspage', method, url, headers, timeoutMs, ...(body === undefined ? {} : { body }) },
    signal,
  );
  try {
    return JSON.parse(answer) as unknown;
  } catch {
    const message = 'Statuspage answered something that is no JSON; check the address in api';
    throw new ProgramFailedError({ program: 'Statuspage', exitCode: null, message, retryable: false });
  }
}

async function find(settings: StatuspageSettings, incidentId: string, signal: AbortSignal): Promise<StatuspageIncident | null> {
  const answer = await call(settings, { path: `?limit=${listed}` }, signal);
  const incidents = Array.isArray(answer) ? (answer as unknown[]).map(readStatuspageIncident) : [];
  return incidents.find((one) => one?.ours?.incident === incidentId) ?? null;
}

/**
 * The API has no idempotency key, so the page is read before it is written: an update whose answer was lost is found by the metadata that went with
 * it. Answers the id of the incident there.
 */
async function publish(settings: StatuspageSettings, publication: Publication, signal: AbortSignal): Promise<string> {
  const there = await find(settings, publication.incidentId, signal);
  if (there?.ours?.update === publication.updateId) return there.id;
  const body = statuspageBody(publication, settings.components ?? {}, there === null);
  const order: Call = there === null ? { method: 'POST', path: '', body } : { method: 'PATCH', path: `/${there.id}`, body };
  const written = readStatuspageIncident(await call(settings, order, signal));
  if (written !== null) return written.id;
  const message = 'Statuspage took the update but answered with no incident; look at the page';
  throw new ProgramFailedError({ program: 'Statuspage', exitCode: null, message, retryable: false });
}

export const statuspage = defineNotifier({
  kind: 'statuspage',
  title: 'publishes approved updates on a page of Statuspage (API v1); hears of nothing else',
  fields: {
    page: text('the id of a page', 'write e.g. page: gytm4qzbx9t6'),
    key: secretRef,
    components: z.record(z.string(), text('the id of a component', 'write e.g. components: { Checkout: 8kbf7d35c070 }')).optional(),
    api: httpUrl.optional(),
  },
  // Everybody reads the page: what was not approved never reaches it.
  send: () => Promise.resolve(),
  deliver: () => Promise.resolve(null),
  publish,
});
