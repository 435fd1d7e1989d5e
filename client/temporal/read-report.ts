import type { ArtifactRef } from '../../core/model/incident.js';
import type { ArtifactStore } from '../../adapters/artifacts/artifact-store.js';

export type ReportFormat = 'html' | 'md' | 'json';

/** The newest report of an incident among its artifacts; null when none has been written. */
function reportArtifact(artifacts: ArtifactRef[], format: ReportFormat): ArtifactRef | null {
  return artifacts.findLast(({ name }) => name === `report.${format}`) ?? null;
}

/** Text and path of the report; null when none has been written. Throws UnreadableInputError when it is not in this data folder. */
export async function readReport(
  store: Pick<ArtifactStore, 'read' | 'locate'>,
  artifacts: ArtifactRef[],
  format: ReportFormat,
): Promise<{ text: string; path: string } | null> {
  const artifact = reportArtifact(artifacts, format);
  if (artifact === null) return null;
  return { text: (await store.read(artifact)).toString('utf8'), path: store.locate(artifact.path) };
}
