import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statuspage } from '../../../adapters/notifiers/statuspage.js';
import type { Publication } from '../../../core/command/communication/publication.js';
import { startStatuspage, type LocalStatuspage } from '../../support/services/local-statuspage.js';
import { sampleMessage } from './sample-message.js';

const quiet = new AbortController().signal;
let page: LocalStatuspage;
beforeEach(async () => {
  page = await startStatuspage();
});
afterEach(() => page.close());

const first: Publication = {
  incidentId: 'INC-2026-0302-001',
  updateId: 'T-5',
  name: 'Problem with Checkout',
  status: 'investigating',
  impact: 'major',
  body: 'We are investigating slow checkouts.',
  components: [
    { name: 'Checkout', status: 'partial_outage' },
    { name: 'Not on that page', status: 'partial_outage' },
  ],
  at: '2026-03-02T15:00:00.000Z',
};
const fixed: Publication = {
  ...first,
  updateId: 'T-9',
  status: 'resolved',
  body: 'It is over.',
  components: [{ name: 'Checkout', status: 'operational' }],
};
const publish = (publication: Publication, over: Record<string, unknown> = {}): Promise<string | null> | undefined =>
  statuspage.publish?.({ page: 'abc', key: 'right-key', components: { Checkout: 'c1' }, api: page.api, ...over }, publication, quiet);
const failureOf = async (work: Promise<unknown> | undefined): Promise<unknown> =>
  (work ?? Promise.resolve()).then(() => 'published').catch((error: unknown) => error);

describe('the Statuspage notifier', () => {
  it('makes one incident and takes it through its updates, with its components', async () => {
    const id = await publish(first);
    expect(page.components).toEqual({ c1: 'partial_outage' });
    expect(await publish(fixed)).toBe(id);
    expect(page.incidents).toMatchObject([
      {
        id,
        name: 'Problem with Checkout',
        status: 'resolved',
        incident_updates: [{ body: 'It is over.' }, { body: 'We are investigating slow checkouts.' }],
      },
    ]);
    expect(page.components).toEqual({ c1: 'operational' });
    await publish({ ...first, incidentId: 'INC-2026-0302-002' });
    expect(page.incidents).toHaveLength(2);
  });

  it.each(['lost', 500] as const)('an update whose answer was %s stands there once', async (trouble) => {
    page.troubles.write.push(trouble);
    expect(await failureOf(publish(first))).toMatchObject({ retryable: true });
    await publish(first);
    page.troubles.write.push(trouble);
    expect(await failureOf(publish(fixed))).toMatchObject({ retryable: true });
    await publish(fixed);
    expect(page.incidents.map((one) => one.incident_updates.length)).toEqual([2]);
  });

  it.each([420, 429] as const)('keeps to the pause that %i asks for', async (status) => {
    page.troubles.read.push(status);
    expect(await failureOf(publish(first))).toMatchObject({ retryable: true, retryAfterMs: 60_000, exitCode: status });
    page.troubles.write.push(status);
    expect(await failureOf(publish(first))).toMatchObject({ retryable: true, retryAfterMs: 60_000 });
    expect(page.incidents).toEqual([]);
  });

  it('takes a wrong key, page or component and an answer that is no JSON for final, and tells no key', async () => {
    for (const over of [{ key: 'wrong-key' }, { page: 'other' }, { components: { Checkout: 'c9' } }]) {
      const failure = await failureOf(publish(first, over));
      expect(failure).toMatchObject({ retryable: false });
      expect(String(failure)).not.toContain('-key');
    }
    page.troubles.read.push('html');
    expect(await failureOf(publish(first))).toMatchObject({ retryable: false, message: expect.stringContaining('no JSON') as string });
    expect(page.incidents).toEqual([]);
  });

  it('does not wait for a page that says nothing', async () => {
    page.troubles.read.push('slow');
    expect(await failureOf(publish(first))).toMatchObject({ retryable: true });
  });

  it('cuts a long name, and hears of nothing that was not approved', async () => {
    await publish({ ...first, name: 'x'.repeat(400) });
    expect(page.incidents[0]?.name).toHaveLength(255);
    const calls = page.calls.length;
    expect(await statuspage.deliver({ page: 'abc', key: 'right-key', api: page.api }, sampleMessage(), quiet)).toBeNull();
    expect(page.calls).toHaveLength(calls);
  });
});
