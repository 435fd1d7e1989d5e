import { argoCd } from './argo-cd.js';
import type { ChangeSource } from './change-source.js';
import { deployedVersions } from './deploy-version.js';
import { gitCommits } from './git.js';
import { githubDeployments } from './github.js';
import { kubernetesRollouts } from './kubernetes.js';
import { postedChanges } from './posted-changes.js';
import { postgresChanges } from './postgres.js';
import { processStarts } from './process-start.js';

/** Everything that is asked what changed, in the order in which it is shown. */
export const changeSources: readonly ChangeSource[] = [
  postedChanges,
  argoCd,
  githubDeployments,
  kubernetesRollouts,
  deployedVersions,
  processStarts,
  gitCommits,
  postgresChanges,
];
