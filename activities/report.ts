import { Context } from '@temporalio/activity';
import { manifestArtifact } from '../core/evidence/manifest.js';
import type { DatabaseObservation, QueryScan } from '../core/model/database.js';
import { RefusedError } from '../core/model/errors.js';
import type { Incident, NotificationEvent } from '../core/model/incident.js';
import type { Notification } from '../core/model/notification.js';
import type { ServiceObservation } from '../core/model/observation.js';
import type { FlameNode, ProfileSummary, RequestTrace } from '../core/model/profile.js';
import { findUncitedClaims } from '../report/citations.js';
import { renderNotification } from '../report/notification.js';
import type { ReportInput } from '../report/report-input.js';
import { readCapture } from './capture.js';
import type { EvidenceSet, IncidentActivities } from './contract.js';
import { evidenceManifest } from './evidence-manifest.js';
import type { ActivityDependencies } from './dependencies.js';

async function readReportInput(deps: ActivityDependencies, incident: Incident, set: EvidenceSet | null): Promise<ReportInput> {
  const profile = set?.profile ?? null;
  const [summary, flame, trace, service, databases, scans] = await Promise.all([
    readCapture<ProfileSummary>(deps, profile, 'profile-summary.json'),
    readCapture<FlameNode>(deps, profile, 'flame.json'),
    readCapture<RequestTrace>(deps, profile, 'request-trace.json'),
    readCapture<ServiceObservation>(deps, set?.service ?? null, 'service.json'),
    readCapture<DatabaseObservation[]>(deps, set?.databases ?? null, 'databases.json'),
    readCapture<QueryScan[]>(deps, set?.scan ?? null, 'query-scan.json'),
  ]);
  const captured = set === null ? null : { plan: set.plan, load: set.run.load };
  const confirmedBy = set?.confirmedBy ?? captured;
  return {
    incident,
    plan: confirmedBy?.plan ?? null,
    load: confirmedBy?.load ?? null,
    secondLook: confirmedBy === captured ? null : captured,
    profile: summary,
    flame,
    trace,
    service,
    databases: databases ?? [],
    scans: scans ?? [],
  };
}

async function notifyAll(deps: ActivityDependencies, incident: Incident, event: NotificationEvent): Promise<void> {
  const { info, cancellationSignal } = Context.current();
  const { incidentId, service, endpoint, outcome, bisect } = incident;
  // A refused endpoint is not in the catalog, so there is nobody whom it names.
  const receivers = outcome === 'refused' ? [] : deps.catalog.notifiers(endpoint);
  const notification: Notification = {
    version: 1,
    event,
    deliveryId: `${incidentId}-${info.activityId}`,
    ...{ incidentId, bisectId: bisect?.workflowId ?? null, service, endpoint, outcome },
    ...renderNotification(incident, event),
    reportUrl: deps.reportUrl(incidentId),
  };
  await Promise.all(receivers.map((receiver) => deps.notify(receiver, notification, cancellationSignal)));
}

export function createReportActivities(deps: ActivityDependencies): Pick<IncidentActivities, 'writeReport' | 'notify'> {
  return {
    writeReport: async (incident, set) => {
      const problems = findUncitedClaims(incident);
      if (problems.length > 0) throw new RefusedError(`the report is not emitted: ${problems.join('; ')}`);
      const input = await readReportInput(deps, incident, set);
      const manifest = set === null ? null : evidenceManifest(set, deps.catalog.route(set.endpoint), incident);
      return Promise.all([
        deps.artifacts.put('report.md', 'report', deps.render.markdown(input)),
        deps.artifacts.put('report.json', 'report', deps.render.json(input)),
        deps.artifacts.put('report.html', 'report', deps.render.html(input)),
        // Like the report, written anew each time: what `perf-responder evidence` exports and `analyze incident` judges again.
        ...(manifest === null ? [] : [deps.artifacts.put(manifestArtifact, 'report', JSON.stringify(manifest))]),
      ]);
    },
    notify: (incident, event) => notifyAll(deps, incident, event),
  };
}
