import type { ArtifactRef } from '../../core/model/artifact.js';
import type { ArtifactStore } from '../../adapters/artifacts/artifact-store.js';

export type ReportFormat = 'html' | 'md' | 'json';

/** One artifact by the name that the report lists; the newest if a later run left another one with that name. */
export function artifactNamed(artifacts: readonly ArtifactRef[], name: string): ArtifactRef | null {
  return artifacts.findLast((artifact) => artifact.name === name) ?? null;
}

/** Text and path of the report; null when none has been written. Throws UnreadableInputError when it is not in this data folder. */
export async function readReport(
  store: Pick<ArtifactStore, 'read' | 'locate'>,
  artifacts: ArtifactRef[],
  format: ReportFormat,
): Promise<{ text: string; path: string } | null> {
  const artifact = artifactNamed(artifacts, `report.${format}`);
  if (artifact === null) return null;
  return { text: (await store.read(artifact)).toString('utf8'), path: store.locate(artifact.path) };
}
