import { Context } from '@temporalio/activity';
import type { ReadDocument } from '../core/evidence/document.js';
import { databasesDocument } from '../core/evidence/kinds/databases.js';
import { flameDocument, profileDocument, traceDocument } from '../core/evidence/kinds/profile.js';
import { scanDocument } from '../core/evidence/kinds/query-scan.js';
import { serviceDocument } from '../core/evidence/kinds/service.js';
import { manifestArtifact } from '../core/evidence/manifest.js';
import { RefusedError } from '../core/model/errors.js';
import type { Incident } from '../core/model/incident.js';
import type { Notification, NotificationEvent } from '../core/model/notification.js';
import { findUncitedClaims } from '../report/citations.js';
import { renderNotification } from '../report/notification.js';
import type { ReportInput } from '../report/report-input.js';
import { readDocuments } from './capture.js';
import type { EvidenceSet, IncidentActivities } from './contract.js';
import { evidenceManifest } from './evidence-manifest.js';
import type { ActivityDependencies } from './dependencies.js';

async function readReportInput(deps: ActivityDependencies, incident: Incident, set: EvidenceSet | null): Promise<ReportInput> {
  const read: ReadDocument = set === null ? () => null : await readDocuments(deps, set);
  const captured = set === null ? null : { plan: set.plan, load: set.run.load };
  const confirmedBy = set?.confirmedBy ?? captured;
  return {
    incident,
    plan: confirmedBy?.plan ?? null,
    load: confirmedBy?.load ?? null,
    secondLook: confirmedBy === captured ? null : captured,
    profile: read(profileDocument),
    flame: read(flameDocument),
    trace: read(traceDocument),
    service: read(serviceDocument),
    databases: read(databasesDocument) ?? [],
    scans: read(scanDocument) ?? [],
    source: set === null ? null : deps.catalog.source(set.endpoint),
  };
}

async function notifyAll(deps: ActivityDependencies, incident: Incident, event: NotificationEvent): Promise<void> {
  const { info, cancellationSignal } = Context.current();
  const { incidentId, service, endpoint, outcome, bisect } = incident;
  // A refused endpoint is not in the catalog, so the catalog names nobody for it.
  const receivers = outcome === 'refused' ? [] : deps.catalog.notifiers(endpoint);
  const notification: Notification = {
    version: 1,
    event,
    deliveryId: `${incidentId}-${info.activityId}`,
    ...{ incidentId, bisectId: bisect?.workflowId ?? null, service, endpoint, outcome },
    ...renderNotification(incident, event),
    reportUrl: deps.reportUrl(incidentId),
  };
  await Promise.all(
    receivers.map((receiver) =>
      deps.audited(
        {
          action: 'notification',
          subject: incidentId,
          target: endpoint,
          who: 'responder',
          what: `${event} to ${receiver.kind}`,
          planId: null,
        },
        () => deps.notify(receiver, notification, cancellationSignal),
        () => 'sent',
      ),
    ),
  );
}

export function createReportActivities(deps: ActivityDependencies): Pick<IncidentActivities, 'writeReport' | 'notify'> {
  return {
    writeReport: async (incident, set) => {
      const problems = findUncitedClaims(incident);
      if (problems.length > 0) throw new RefusedError(`the report is not emitted: ${problems.join('; ')}`);
      const input = await readReportInput(deps, incident, set);
      const manifest =
        set === null ? null : evidenceManifest(set, { route: deps.catalog.route(set.endpoint), kinds: deps.judgement.kinds }, incident);
      return Promise.all([
        deps.artifacts.put('report.md', 'report', deps.render.markdown(input)),
        deps.artifacts.put('report.json', 'report', deps.render.json(input)),
        deps.artifacts.put('report.html', 'report', deps.render.html(input)),
        // Written afresh each time, like the report: `perf-responder evidence` exports it and `analyze incident` judges it again.
        ...(manifest === null ? [] : [deps.artifacts.put(manifestArtifact, 'report', JSON.stringify(manifest))]),
      ]);
    },
    notify: (incident, event) => notifyAll(deps, incident, event),
  };
}
