import { createHash } from 'node:crypto';

/**
 * The workflow id of a service's endpoint: the key by which at most one triage is open. `endpoint` is the catalog key (`service/endpoint`), or
 * `METHOD URL` for an address that is none. Readable in lists, and told apart by a hash where reading is not enough.
 */
export function triageWorkflowId(endpoint: string): string {
  const slug = endpoint
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
  return `perf-${slug}-${createHash('sha256').update(endpoint).digest('hex').slice(0, 8)}`;
}
