import { decideBranch, diagnose } from '../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../core/diagnosis/input.js';
import { assembleInput } from '../core/evidence/assemble.js';
import { captureTasks } from '../core/evidence/capture-tasks.js';
import { readDocuments } from './capture.js';
import type { EvidenceSet, IncidentActivities } from './contract.js';
import type { ActivityDependencies } from './dependencies.js';
import { evidenceWindow } from './evidence-manifest.js';

async function readEvidence(deps: ActivityDependencies, set: EvidenceSet): Promise<DiagnosisInput> {
  return assembleInput(
    evidenceWindow(set, { route: deps.catalog.route(set.endpoint), kinds: deps.judgement.kinds }),
    await readDocuments(deps, set),
  );
}

export function createDiagnoseActivities(
  deps: ActivityDependencies,
): Pick<IncidentActivities, 'resolveTarget' | 'decideBranch' | 'localize'> {
  return {
    resolveTarget: ({ endpoint, options, symptom }) => {
      const answer = deps.catalog.resolveTarget(endpoint, options, symptom);
      if (!answer.ok) return Promise.resolve(answer);
      return Promise.resolve({ ...answer, target: { ...answer.target, captures: captureTasks(deps.judgement.kinds, answer.target) } });
    },
    decideBranch: async (set) => decideBranch(await readEvidence(deps, set), deps.judgement),
    localize: async (set) => diagnose(await readEvidence(deps, set), deps.judgement),
  };
}
