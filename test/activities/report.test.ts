import { inActivity, quietEnvironment } from '../support/in-activity.js';
import { describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/create-activities.js';
import type { Notification } from '../../core/model/notification.js';
import type { BisectSummary } from '../../core/model/bisect.js';
import { createIncidentFor } from '../support/stories/incident-document.js';
import { fakeDependencies } from '../support/stories/fake-dependencies.js';

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
      message: expect.stringContaining(
        'the report is not emitted: cause missing-index cites plan-1, which is not in the evidence',
      ) as string,
    });
  });
});

describe('notify', () => {
  it('tells every notifier the headline, with the same delivery id in every try', async () => {
    const sent: Notification[] = [];
    const notify = (_receiver: unknown, notification: Notification) => Promise.resolve(void sent.push(notification));
    const activities = createActivities(await fakeDependencies({ notify, reportUrl: (id) => `http://hook/${id}` }));
    for (const attempt of [1, 2]) await inActivity(() => activities.notify(incident, 'report-ready'), quietEnvironment({ attempt }));
    expect(sent[0]).toMatchObject({
      version: 1,
      event: 'report-ready',
      outcome: 'localized',
      reportUrl: `http://hook/${incident.incidentId}`,
    });
    expect(sent[0]?.headline).toBe('shop/orders - Cause found: Missing index (missing-index) at orders (customer_id)');
    expect(sent[0]?.text).toContain('What: p95 812 ms, 3.2× its budget of 250 ms\nWhy: orders is read whole for one customer');
    expect(sent[0]?.fields).toContainEqual({ name: 'Incident', value: incident.incidentId });
    expect(sent[1]?.deliveryId).toBe(sent[0]?.deliveryId);
  });

  it('tells the commit when the bisector answered', async () => {
    const sent: Notification[] = [];
    const notify = (_receiver: unknown, notification: Notification) => Promise.resolve(void sent.push(notification));
    const activities = createActivities(await fakeDependencies({ notify }));
    const culprit = {
      commit: 'c0ffee0123456789',
      subject: 'round each line',
      author: 'Ada',
      date: '2026-11-20T10:00:00Z',
      files: ['price.js'],
    };
    const bisect: BisectSummary = {
      ...{ outcome: 'culprit', culprit, range: ['aaa', culprit.commit], posterior: 0.998, reasons: [], workflowId: 'bisect-1' },
      effect: { ratio: 1.52, ci: [1.41, 1.66] },
    };
    await inActivity(() => activities.notify({ ...incident, bisect }, 'bisect-ended'), quietEnvironment());
    expect(sent[0]).toMatchObject({ event: 'bisect-ended', bisectId: 'bisect-1' });
    expect(sent[0]?.headline).toBe(
      'Bisected: shop/orders - commit c0ffee012345 round each line by Ada, 1.52× its parent (95 % interval 1.41× to 1.66×), posterior above 0.99',
    );
  });

  it('tells nobody about a refused endpoint', async () => {
    const activities = createActivities(await fakeDependencies());
    await inActivity(() => activities.notify({ ...incident, outcome: 'refused' }, 'ended'));
  });
});
