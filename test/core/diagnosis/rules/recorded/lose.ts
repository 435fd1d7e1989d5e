/** Changes of a recorded window: what it would have left with less to see, or under other names. */
import type { DatabaseObservation, QueryScan } from '../../../../../core/model/database.js';
import type { ServiceObservation } from '../../../../../core/model/observation.js';
import type { ProfileSummary, RequestTrace } from '../../../../../core/model/profile.js';
import type { Change } from './check-rule.js';

interface Documents {
  'service.json': ServiceObservation;
  'databases.json': DatabaseObservation[];
  'query-scan.json': QueryScan[];
  'request-trace.json': RequestTrace;
  'profile-summary.json': ProfileSummary;
}

/** Throws where the window has no such document: a change that changes nothing would be a test of nothing. */
export function changed<N extends keyof Documents>(name: N, change: (document: Documents[N]) => void): Change {
  return (documents) => {
    const document = documents.get(name);
    if (document === undefined) throw new Error(`expected a window with ${name}, got one without`);
    change(document as Documents[N]);
  };
}

export function lost(name: keyof Documents): Change {
  return (documents) => {
    if (!documents.delete(name)) throw new Error(`expected a window with ${name}, got one without`);
  };
}

export const noProcess = changed('service.json', (service) => void (service.process = null));
export const noSockets = changed('service.json', (service) => void (service.wire = null));

export function inDatabases(fields: Partial<DatabaseObservation>): Change {
  return changed('databases.json', (all) => {
    for (const database of all) Object.assign(database, fields);
  });
}
