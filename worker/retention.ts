/** Removes what is too old or too much while a worker runs, but never what an open incident refers to. */
import type { Client } from '@temporalio/client';
import { openArtifactStore } from '../adapters/artifacts/open-store.js';
import { artifactPlace } from '../config/settings/artifact-place.js';
import { applyRetention, surveyRetention, type RetentionSurvey } from '../adapters/artifacts/retention.js';
import { findOpenReferences } from '../adapters/temporal/open-references.js';
import { artifactLimits } from '../config/settings/artifact-limits.js';
import type { Catalog } from '../config/catalog.js';
import { episodeRunOf, incidentIdOf } from '../workflows/respond/incident-id.js';

/** Ages are days, so an hour more or less does not matter. A worker that has just started has more urgent work. */
const hourly = { firstAfterMs: 5 * 60_000, everyMs: 3_600_000 };

interface RetentionSettings {
  catalog: Catalog;
  dataDirectory: string;
  say: (line: string) => void;
}

async function removeOnce({ catalog, dataDirectory }: RetentionSettings, client: Client): Promise<RetentionSurvey | null> {
  const limits = artifactLimits(catalog);
  if (limits === null) return null;
  const places = { store: openArtifactStore(artifactPlace(catalog, dataDirectory)), dataDirectory };
  const inUse = await findOpenReferences(client, (run) => incidentIdOf(run.workflowId, episodeRunOf(run)));
  const survey = await surveyRetention(places, limits, inUse, Date.now());
  await applyRetention(places, survey, Date.now());
  return survey;
}

/** Returns a function that stops it. Without limits in the catalog nothing is ever removed. */
export function keepWithinLimits(settings: RetentionSettings, client: Client, { firstAfterMs, everyMs } = hourly): () => void {
  if (artifactLimits(settings.catalog) === null) return () => undefined;
  const { say } = settings;
  const round = async (): Promise<void> => {
    try {
      const survey = await removeOnce(settings, client);
      const removals = [...(survey?.artifacts.removals ?? []), ...(survey?.workFolders.removals ?? [])];
      const bytes = removals.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
      if (removals.length > 0)
        say(`removed ${removals.length} artifacts and work folders, ${(bytes / 1e6).toFixed(1)} MB; removed.jsonl names them`);
      const over = survey?.artifacts.overBytes ?? 0;
      if (over > 0) say(`artifacts are ${(over / 1e6).toFixed(1)} MB above their limit: what is left belongs to open incidents, or is new`);
    } catch (error) {
      say(`artifacts were not tidied up (${error instanceof Error ? error.message : String(error)}); the next try is in an hour`);
    }
  };
  const first = setTimeout(() => void round(), firstAfterMs).unref();
  const timer = setInterval(() => void round(), everyMs).unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}
