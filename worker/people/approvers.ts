/** Who is meant by the roles of an approval. */
import type { Client } from '@temporalio/client';
import type { Catalog } from '../../config/catalog.js';
import { holderOf } from '../../core/command/incident/roles.js';
import { commandStateQuery } from '../../workflows/command/messages.js';
import { resolveOnCall } from './on-call.js';

export interface ApproversOrder {
  by: readonly string[];
  service: string;
  incidentId: string | null;
}

/** Whoever commands the incident now. Without an incident, or without a commander, whoever the catalog names for the role. */
async function commander(catalog: Catalog, client: Client | null, incidentId: string | null): Promise<string[]> {
  const state =
    incidentId === null || client === null
      ? null
      : await client.workflow
          .getHandle(incidentId)
          .query(commandStateQuery)
          .catch(() => null);
  const holder = state === null ? null : holderOf(state.roles, 'commander');
  if (holder !== null) return [holder];
  const target = catalog.incidents?.roles?.commander;
  return target === undefined ? [] : peopleOf(catalog, [target]);
}

async function peopleOf(catalog: Catalog, targets: readonly string[]): Promise<string[]> {
  return (await resolveOnCall(catalog, targets, Date.now())).people.map(({ person }) => person);
}

async function peopleBehind(
  catalog: Catalog,
  client: Client | null,
  one: string,
  { service, incidentId }: ApproversOrder,
): Promise<string[]> {
  if (one === 'service-owner' || one === 'owner') return catalog.services[service]?.owner ?? [];
  if (one === 'commander' || one === 'ic') return commander(catalog, client, incidentId);
  if (one === 'oncall')
    return peopleOf(
      catalog,
      Object.keys(catalog.oncall ?? {}).map((name) => `oncall:${name}`),
    );
  return one.startsWith('oncall:') ? peopleOf(catalog, [one]) : [one];
}

/** The people that keys and roles stand for. A role that nobody has stands for nobody. */
export async function approversOf(catalog: Catalog, client: Client | null, order: ApproversOrder): Promise<string[]> {
  const found = await Promise.all(order.by.map((one) => peopleBehind(catalog, client, one, order)));
  return [...new Set(found.flat())];
}
