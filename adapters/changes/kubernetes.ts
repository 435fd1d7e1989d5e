import { z } from 'zod';
import type { Change } from '../../core/command/changes/change.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { runProgram } from '../logs/run-program.js';
import { readAll, type ChangeOrder, type ChangeSource } from './change-source.js';

const withinMs = 10_000;

const listSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), creationTimestamp: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
      spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string().optional() })) }) }) }),
    }),
  ),
});

/** Every revision of a Deployment is a ReplicaSet; the first of its pods comes with it, so the roll-out counts from there. */
export function replicaSetChanges(text: string, service: string): Change[] {
  return listSchema.parse(JSON.parse(text)).items.map(({ metadata, spec }) => {
    const revision = metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 'unknown';
    const images = spec.template.spec.containers.flatMap(({ image }) => image ?? []).join(', ');
    const cause = metadata.annotations?.['kubernetes.io/change-cause'];
    return {
      at: new Date(metadata.creationTimestamp).toISOString(),
      service,
      kind: 'deploy',
      ref: `${metadata.name} revision ${revision}`,
      title: `roll-out of ${images}${cause === undefined ? '' : `: ${cause}`}`,
      by: null,
      source: 'kubernetes',
      revertible: true,
    };
  });
}

async function read(service: string, { namespace, selector }: { namespace: string; selector: string }, signal: AbortSignal) {
  const { stdout, stderr, exitCode } = await runProgram(
    'kubectl',
    ['get', 'replicasets', '--namespace', namespace, '--selector', selector, '--output', 'json', '--request-timeout=8s'],
    { signal, withinMs },
  );
  if (exitCode !== 0)
    throw new EvidenceUnavailableError({
      id: 'kubectl',
      what: 'the ReplicaSets',
      why: `kubectl ended with ${exitCode ?? 'a signal'}: ${stderr.split('\n')[0] ?? ''}`,
      remedy: `Try it by hand: kubectl get replicasets -n ${namespace} -l ${selector}`,
    });
  const changes = replicaSetChanges(stdout, service);
  return readAll(changes, `${changes.length} ReplicaSets in ${namespace}`);
}

/** Roll-outs of the pods whose logs the catalog names. */
export const kubernetesRollouts: ChangeSource = {
  kind: 'kubernetes',
  title: 'ReplicaSets of the pods that logs names',
  plan: ({ catalog, services, signal }: ChangeOrder) =>
    services.flatMap((service) =>
      (catalog.services[service]?.logs ?? []).flatMap(({ kubernetes: pods }) =>
        pods === undefined ? [] : [{ source: `kubernetes ${pods.namespace}/${pods.selector}`, read: () => read(service, pods, signal) }],
      ),
    ),
};
