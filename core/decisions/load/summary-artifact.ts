import type { ArtifactRef } from '../../model/artifact.js';

/** Of what a load run leaves, the file that holds its numbers; the script and the log only say how they came about. */
export function summaryArtifact(artifacts: readonly ArtifactRef[]): string | null {
  return (artifacts.find(({ kind }) => kind === 'load-summary') ?? artifacts[0])?.name ?? null;
}
