import { escapedWithin } from './card.js';
import type { Publication } from './publication.js';

/** Statuspage refuses a longer name. */
const longestName = 255;
/** Key of our own part of an incident's `metadata`, by which it is found again. */
const metadataKey = 'perf_incident_responder';

export interface StatuspageBody {
  incident: Record<string, unknown>;
}

/** What an update becomes, for `POST` (a new incident) and `PATCH` (one that is there). `ids` are the page's components by our names. */
export function statuspageBody(publication: Publication, ids: Readonly<Record<string, string>>, isNew: boolean): StatuspageBody {
  const { name, status, impact, body, components, incidentId, updateId } = publication;
  const known = components.flatMap((component) => {
    const id = ids[component.name];
    return id === undefined ? [] : [{ id, status: component.status }];
  });
  return {
    incident: {
      ...(isNew ? { name: escapedWithin(name, longestName), impact_override: impact } : {}),
      status,
      body,
      component_ids: known.map(({ id }) => id),
      components: Object.fromEntries(known.map((component) => [component.id, component.status])),
      metadata: { [metadataKey]: { incident: incidentId, update: updateId } },
    },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

export interface StatuspageIncident {
  id: string;
  /** Our incident and its update that was published last; null: somebody else's. */
  ours: { incident: string; update: string } | null;
}

/** An incident as the API lists it; null: nothing that could be one. */
export function readStatuspageIncident(value: unknown): StatuspageIncident | null {
  if (!isRecord(value) || typeof value['id'] !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(value['id'])) return null;
  const own = isRecord(value['metadata']) ? value['metadata'][metadataKey] : undefined;
  const { incident, update } = isRecord(own) ? own : {};
  return { id: value['id'], ours: typeof incident === 'string' && typeof update === 'string' ? { incident, update } : null };
}
