import { z } from 'zod';
import { isRecord } from '../../config/catalog-fields.js';
import { readSettings } from '../../config/resolve/resolve-access.js';
import type { Change } from '../../core/command/changes/change.js';
import { askJson } from './ask-json.js';
import { readAll, type ChangeOrder, type ChangeSource } from './change-source.js';

const applicationSchema = z.object({
  status: z.object({
    history: z
      .array(
        z.object({
          id: z.number().optional(),
          revision: z.string().optional(),
          revisions: z.array(z.string()).optional(),
          deployedAt: z.string(),
          deployStartedAt: z.string().nullish(),
          initiatedBy: z.object({ username: z.string().optional(), automated: z.boolean().optional() }).nullish(),
        }),
      )
      .nullish(),
  }),
});

/** `status.history` of an Application: what was synced, and when that began. */
export function argoChanges(answer: unknown, service: string, application: string): Change[] {
  const { history } = applicationSchema.parse(answer).status;
  return (history ?? []).map(({ revision, revisions, deployedAt, deployStartedAt, initiatedBy }) => ({
    at: new Date(deployStartedAt ?? deployedAt).toISOString(),
    service,
    kind: 'deploy',
    ref: (revision ?? revisions?.join('+') ?? 'unknown').slice(0, 40),
    title: `Argo CD synced ${application}`,
    by: initiatedBy?.username ?? (initiatedBy?.automated === true ? 'automated sync' : null),
    source: 'argocd',
    revertible: true,
  }));
}

async function read({ catalog, signal }: ChangeOrder, service: string, argo: { api: string; application: string; token?: unknown }) {
  const settings = readSettings(catalog, { token: argo.token ?? '' });
  const token = isRecord(settings) && typeof settings['token'] === 'string' && settings['token'] !== '' ? settings['token'] : null;
  const url = `${argo.api.replace(/(?<!\/)\/+$/, '')}/api/v1/applications/${encodeURIComponent(argo.application)}`;
  const changes = argoChanges(await askJson(url, { what: `Argo CD at ${argo.api}`, token, signal }), service, argo.application);
  return readAll(changes, `${changes.length} syncs of ${argo.application} are kept there`);
}

export const argoCd: ChangeSource = {
  kind: 'argocd',
  title: 'history of an application in Argo CD',
  plan: (order) =>
    order.services.flatMap((service) => {
      const argo = order.catalog.services[service]?.deploy?.argocd;
      return argo === undefined ? [] : [{ source: `argocd ${argo.application}`, read: () => read(order, service, argo) }];
    }),
};
