import { decideBranch, diagnose } from '../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../core/diagnosis/input.js';
import { assembleInput } from '../core/evidence/assemble.js';
import { purposeOf } from '../core/evidence/capture-documents.js';
import type { EvidenceSet, IncidentActivities } from './contract.js';
import type { ActivityDependencies } from './dependencies.js';
import { evidenceWindow } from './evidence-manifest.js';

/** The captures of one window, read back. The store has checked the hashes, so their shape is our own. */
async function readEvidence(deps: ActivityDependencies, set: EvidenceSet): Promise<DiagnosisInput> {
  const captures = [set.profile, set.service, set.databases, ...(set.scan === null ? [] : [set.scan])];
  const judged = captures.flatMap(({ artifacts }) => artifacts).filter(({ name }) => purposeOf(name) === 'judged');
  const documents = await Promise.all(
    judged.map(async (ref): Promise<[string, unknown]> => [ref.name, JSON.parse((await deps.artifacts.read(ref)).toString('utf8'))]),
  );
  return assembleInput(evidenceWindow(set, deps.catalog.route(set.endpoint)), new Map(documents));
}

export function createDiagnoseActivities(
  deps: ActivityDependencies,
): Pick<IncidentActivities, 'resolveTarget' | 'decideBranch' | 'localize'> {
  return {
    resolveTarget: ({ endpoint, options, symptom }) => Promise.resolve(deps.catalog.resolveTarget(endpoint, options, symptom)),
    decideBranch: async (set) => decideBranch(await readEvidence(deps, set)),
    localize: async (set) => diagnose(await readEvidence(deps, set)),
  };
}
