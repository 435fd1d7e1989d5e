import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { openArtifactStore } from '../../adapters/artifacts/open-store.js';
import { artifactPlace } from '../../config/settings/artifact-place.js';
import type { Catalog } from '../../config/catalog.js';
import { findEndpoint } from '../../config/resolve/find-endpoint.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import { createIncidentClient } from '../temporal/incident-client.js';
import { statusDocument } from '../temporal/incident-documents.js';
import { artifactNamed, readReport } from '../temporal/read-report.js';
import { countLost, countStuck } from '../temporal/stuck-task.js';
import { hideInAlert, type Hide } from './hide-secrets.js';
import type { WatchedIncidents } from './known-alerts.js';

const pingTimeoutMs = 2000;
/** A healthy endpoint whose alert flaps is not loaded again each time: three of Alertmanager's usual periods of five minutes. */
const defaultCoolDownMs = 15 * 60_000;
/** PagerDuty waits five seconds for an answer. A start that succeeds later does no harm, because the repeated delivery attaches to it. */
const answerWithinMs = 4000;

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timeout = delay(answerWithinMs, undefined, { signal: late.signal }).then((): never => {
    throw new Error(`Temporal did not answer within ${answerWithinMs / 1000} s`);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    late.abort();
    timeout.catch(() => undefined);
    work.catch(() => undefined);
  }
}

/** Returns null for unknown incidents and for reports that are not here: these are no outage. */
async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableInputError) return null;
    throw error;
  }
}

/** The incidents of one Temporal namespace, with the reports of one data folder. Texts of alerts pass through `hideNow()` before they leave. */
export function createHookIncidents(client: Client, catalog: Catalog, dataDirectory: string, hideNow: () => Hide): WatchedIncidents {
  const incidents = createIncidentClient(client);
  const store = openArtifactStore(artifactPlace(catalog, dataDirectory));
  return {
    startOrAttach: (endpoint, given) => {
      const alert = hideInAlert(hideNow(), given);
      const { serviceName, service } = findEndpoint(catalog, endpoint);
      const start = { endpoint, service: serviceName, alert, symptom: alert.symptom, options: {} };
      return inTime(
        (async () => {
          const until = await incidents.coolingUntil(endpoint, service.coolDown ?? defaultCoolDownMs);
          if (until !== null) return { ignored: `cool-down until ${until}: a load did not reproduce the last alert of ${endpoint}` };
          return await incidents.startOrAttach(start);
        })(),
      );
    },
    recordResolved: async (endpoint, alert) => {
      const incidentId = await inTime(incidents.recordResolved(endpoint, hideInAlert(hideNow(), alert)));
      return incidentId === null ? null : { incidentId };
    },
    stateOf: (incidentId) => inTime(incidents.stateOf(incidentId)),
    countStuck: () => inTime(countStuck(client)),
    countLost: () => inTime(countLost(client)),
    describe: (incidentId) => orNull(async () => statusDocument(await incidents.status(incidentId))),
    readReport: (incidentId, format) =>
      orNull(async () => {
        const { incident } = await incidents.status(incidentId);
        return (await readReport(store, incident.artifacts, format))?.text ?? null;
      }),
    readArtifact: (incidentId, name, mostBytes) =>
      orNull(async () => {
        const { incident } = await incidents.status(incidentId);
        const found = artifactNamed(incident.artifacts, name);
        if (found === null) return null;
        const { sizeBytes } = found;
        return { content: sizeBytes > mostBytes ? null : await store.read(found), sizeBytes };
      }),
    ping: async () => {
      await client.withDeadline(Date.now() + pingTimeoutMs, () => client.workflowService.getSystemInfo({}));
    },
  };
}
