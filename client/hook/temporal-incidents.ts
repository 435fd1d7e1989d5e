import type { Client } from '@temporalio/client';
import type { Catalog } from '../../config/catalog.js';
import { findEndpoint } from '../../config/find-endpoint.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import { createIncidentClient } from '../incident-client.js';
import { statusDocument } from '../incident-documents.js';
import { readReport } from '../read-report.js';
import type { HookIncidents } from './hook-dependencies.js';

const pingTimeoutMs = 2000;

/** Unknown incidents and reports that are not here are null, not an outage. */
async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableInputError) return null;
    throw error;
  }
}

/** The incidents of one Temporal namespace, with the reports of one data folder. */
export function createHookIncidents(client: Client, catalog: Catalog, dataDirectory: string): HookIncidents {
  const incidents = createIncidentClient(client);
  return {
    startOrAttach: (endpoint, alert) => {
      const { serviceName: service } = findEndpoint(catalog, endpoint);
      return incidents.startOrAttach({ endpoint, service, alert, symptom: alert.symptom, options: {} });
    },
    recordResolved: async (endpoint, alert) => {
      const incidentId = await incidents.recordResolved(endpoint, alert);
      return incidentId === null ? null : { incidentId };
    },
    describe: (incidentId) => orNull(async () => statusDocument(await incidents.status(incidentId))),
    readReport: (incidentId, format) =>
      orNull(async () => {
        const { incident } = await incidents.status(incidentId);
        return (await readReport(dataDirectory, incident.artifacts, format))?.text ?? null;
      }),
    ping: async () => {
      await client.withDeadline(Date.now() + pingTimeoutMs, () => client.workflowService.getSystemInfo({}));
    },
  };
}
