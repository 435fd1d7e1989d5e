import type { Command } from 'commander';
import { writeEvidenceArchive } from '../../../adapters/artifacts/evidence-folder.js';
import { catalogSecrets } from '../../../config/catalog-secrets.js';
import { readCatalog } from '../../../config/catalog.js';
import { manifestArtifact, readManifest } from '../../../core/evidence/manifest.js';
import { redactEvidence, type EvidenceContent } from '../../../core/evidence/redact.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { ArtifactRef } from '../../../core/model/artifact.js';
import type { Incident } from '../../../core/model/incident.js';
import { contextOf, storeFor, withIncidents, type CommandContext } from '../command-context.js';
import { incidentArgument } from '../incident-options.js';

/** The evidence of an incident as its worker stored it, including values. */
async function storedEvidence(context: CommandContext, { incidentId, artifacts }: Incident): Promise<EvidenceContent> {
  const store = await storeFor(context);
  const read = async (ref: ArtifactRef): Promise<unknown> => JSON.parse((await store.read(ref)).toString('utf8'));
  const newest = (name: string): ArtifactRef | undefined => artifacts.findLast((artifact) => artifact.name === name);
  const ref = newest(manifestArtifact);
  if (ref === undefined)
    throw new UnreadableInputError(
      `evidence: expected an evidence set of ${incidentId}, but it has none: its load never ended, or its report is not written yet (incidents of before version 0.2 left none)`,
    );
  const manifest = readManifest(await read(ref), 'evidence');
  const names = manifest.captures.flatMap(({ files }) => files.map(({ name }) => name));
  const refs = names.flatMap((name) => newest(name) ?? []);
  const documents = await Promise.all(refs.map(async (each): Promise<[string, unknown]> => [each.name, await read(each)]));
  return { manifest, documents: new Map(documents) };
}

async function exportEvidence(id: string, flags: { out: string }, command: Command): Promise<void> {
  const { incident, context } = await withIncidents(contextOf(command), async ({ incidents, context: located }) => ({
    ...(await incidents.status(id)),
    context: located,
  }));
  // There is no export without the catalog, because only the catalog says what is secret.
  const secrets = catalogSecrets(await readCatalog(context.catalogFile));
  for (const unread of secrets.unread)
    context.say(
      `evidence: the ${unread} is not set here, so its value could not be looked for; set it as the worker has it, or read the archive before you send it`,
    );
  const content = redactEvidence(await storedEvidence(context, incident), secrets);
  await writeEvidenceArchive(flags.out, content);
  const files = ['manifest.json', ...content.documents.keys()];
  const leftOut = content.manifest.captures.flatMap((capture) => capture.leftOut.map(({ name }) => name));
  context.print(
    { incidentId: incident.incidentId, path: flags.out, files, leftOut, unreadSecrets: secrets.unread },
    [
      `evidence of ${incident.incidentId} written to ${flags.out}: ${files.join(', ')}`,
      ...(leftOut.length === 0 ? [] : [`left out, because raw captures cannot be redacted with certainty: ${leftOut.join(', ')}`]),
      `judge it again with: perf-responder analyze incident ${flags.out}`,
    ].join('\n'),
  );
}

export function registerEvidence(program: Command): void {
  program
    .command('evidence')
    .description('export what the load window of an incident left, redacted, to attach to a bug report')
    .argument(...incidentArgument)
    .requiredOption('--out <file>', 'archive to write, e.g. incident.tar.gz')
    .addHelpText(
      'after',
      '\nValues in statements, headers, bodies, tokens and the hosts of secrets are taken out; docs/evidence-sets.md says how.\n\nExamples:\n  $ perf-responder evidence shop/place-order --out incident.tar.gz\n  $ perf-responder analyze incident incident.tar.gz',
    )
    .action(exportEvidence);
}
