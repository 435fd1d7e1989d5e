import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { pagerduty } from '../../../adapters/notifiers/pagerduty.js';
import type { IncidentMessage } from '../../../core/command/communication/message.js';
import { sampleMessage } from './sample-message.js';

const quiet = new AbortController().signal;
let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Event = Record<string, unknown> & { payload?: Record<string, unknown> };

/** What Events v2 refuses with 400. */
function eventProblem({ routing_key: key, event_action: action, dedup_key: dedup, payload }: Event): string | null {
  if (key !== 'R0RIGHT') return 'invalid routing key';
  if (typeof dedup !== 'string' || dedup === '' || dedup.length > 255) return 'dedup_key';
  if (action === 'acknowledge' || action === 'resolve') return null;
  if (action !== 'trigger' || payload === undefined) return 'payload';
  const { summary, source, severity } = payload;
  if (typeof summary !== 'string' || summary === '' || summary.length > 1024) return 'summary';
  if (typeof source !== 'string' || source === '') return 'source';
  return ['critical', 'error', 'warning', 'info'].includes(String(severity)) ? null : 'severity';
}

/** Events v2: one incident per key. `troubles` are answers to the next events; `lost` takes the event and breaks off. */
async function pagerDuty(troubles: (429 | 500 | 'lost')[] = []): Promise<{ api: string; events: Event[]; open: Map<string, string> }> {
  const events: Event[] = [];
  const open = new Map<string, string>();
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const event = JSON.parse(body) as Event;
      const trouble = troubles.shift();
      if (typeof trouble === 'number') return void response.writeHead(trouble, trouble === 429 ? { 'retry-after': '30' } : {}).end();
      if (request.url !== '/v2/enqueue' || eventProblem(event) !== null)
        return void response.writeHead(400).end('{"status":"invalid event"}');
      events.push(event);
      open.set(String(event['dedup_key']), String(event['event_action']));
      if (trouble === 'lost') return void request.socket.destroy();
      response.writeHead(202).end('{"status":"success"}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { api: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, events, open };
}

const failureOf = (delivery: Promise<unknown>): Promise<unknown> => delivery.then(() => 'delivered').catch((error: unknown) => error);
const broadcast = (changes: Partial<IncidentMessage>): IncidentMessage => sampleMessage({ person: null, event: 'state', ...changes });

describe('the PagerDuty notifier', () => {
  it.each<[string, Partial<IncidentMessage>, string | null]>([
    ['a declaration', { status: 'triage' }, 'trigger'],
    ['an incident that nobody has in hand', { status: 'investigating' }, 'trigger'],
    ['an acknowledgement', { status: 'investigating', acknowledgedBy: 'alice' }, 'acknowledge'],
    ['a page', { event: 'page', person: 'alice' }, 'trigger'],
    ['a page that is not needed any more', { event: 'page-cancelled', person: 'alice' }, 'acknowledge'],
    ['a worse severity before anybody answered', { event: 'severity' }, 'trigger'],
    ['a worse severity after it', { event: 'severity', acknowledgedBy: 'alice' }, null],
    ['a manager who is to be told', { event: 'management', person: 'carol', acknowledgedBy: 'alice' }, 'trigger'],
    ['an update', { event: 'update', acknowledgedBy: 'alice' }, null],
    ['a resolved incident', { event: 'resolved', status: 'resolved' }, 'resolve'],
    ['a duplicate', { status: 'merged' }, 'resolve'],
  ])('hears of %s', async (_, changes, action) => {
    const { api, events } = await pagerDuty();
    await pagerduty.deliver({ routingKey: 'R0RIGHT', api }, broadcast(changes), quiet);
    expect(events.map((event) => [event['event_action'], event['dedup_key']])).toEqual(action === null ? [] : [[action, 'INC-1']]);
  });

  it('keeps the limit of a summary', async () => {
    const { api, events } = await pagerDuty();
    await pagerduty.deliver({ routingKey: 'R0RIGHT', api }, broadcast({ title: 'x'.repeat(5000), text: 'y'.repeat(50_000) }), quiet);
    expect(String(events[0]?.payload?.['summary'])).toHaveLength(1024);
    expect(events[0]?.payload?.['severity']).toBe('critical');
  });

  it('an event whose answer was lost opens no second incident', async () => {
    const { api, events, open } = await pagerDuty(['lost']);
    const to = { routingKey: 'R0RIGHT', api };
    expect(await failureOf(pagerduty.deliver(to, broadcast({}), quiet))).toMatchObject({ retryable: true });
    await pagerduty.deliver(to, broadcast({}), quiet);
    expect([events.length, open.size]).toEqual([2, 1]);
  });

  it('keeps to Retry-After, tries 500 again, and takes 400 for final', async () => {
    const { api } = await pagerDuty([429, 500]);
    const to = { routingKey: 'R0RIGHT', api };
    expect(await failureOf(pagerduty.deliver(to, broadcast({}), quiet))).toMatchObject({ retryable: true, retryAfterMs: 30_000 });
    expect(await failureOf(pagerduty.deliver(to, broadcast({}), quiet))).toMatchObject({ retryable: true, exitCode: 500 });
    const wrong = await failureOf(pagerduty.deliver({ ...to, routingKey: 'R0WRONG' }, broadcast({}), quiet));
    expect(wrong).toMatchObject({ retryable: false, exitCode: 400 });
    expect(String(wrong)).not.toContain('R0WRONG');
  });
});
