import { inActivity, quietEnvironment } from '../support/in-activity.js';
import { describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/create-activities.js';
import type { Notification } from '../../activities/dependencies.js';
import { createIncidentFor } from '../support/incident-document.js';
import { fakeDependencies } from '../support/fake-dependencies.js';

const incident = createIncidentFor('shop/orders');

describe('writeReport', () => {
  it('stores the report in three formats, the same ones when it is tried again', async () => {
    const activities = createActivities(await fakeDependencies());
    const first = await activities.writeReport(incident, null);
    expect(first.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['report.md report', 'report.json report', 'report.html report']);
    expect(await activities.writeReport(incident, null)).toEqual(first);
  });

  it('refuses to emit a claim without evidence', async () => {
    const activities = createActivities(await fakeDependencies());
    await expect(activities.writeReport({ ...incident, evidence: [] }, null)).rejects.toMatchObject({
      type: 'RefusedError',
      nonRetryable: true,
      message: 'the report is not emitted: cause missing-index cites plan-1, which is not in the evidence',
    });
  });
});

describe('notify', () => {
  it('tells every notifier the headline, with the same delivery id in every try', async () => {
    const sent: Notification[] = [];
    const webhook = (_url: string, notification: Notification) => Promise.resolve(void sent.push(notification));
    const activities = createActivities(await fakeDependencies({ notifiers: { webhook }, reportUrl: (id) => `http://hook/${id}` }));
    for (const attempt of [1, 2]) await inActivity(() => activities.notify(incident, 'report-ready'), quietEnvironment({ attempt }));
    expect(sent[0]).toMatchObject({
      version: 1,
      event: 'report-ready',
      outcome: 'localized',
      reportUrl: `http://hook/${incident.incidentId}`,
    });
    expect(sent[0]?.headline).toBe('shop/orders: localized. missing-index in database query: orders is read whole for one customer');
    expect(sent[1]?.deliveryId).toBe(sent[0]?.deliveryId);
  });

  it('tells nobody about a refused endpoint', async () => {
    const activities = createActivities(await fakeDependencies());
    await inActivity(() => activities.notify({ ...incident, outcome: 'refused' }, 'ended'));
  });
});
