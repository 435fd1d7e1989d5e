import type { Command } from 'commander';
import { listRunbooks } from '../../../config/runbook/find-runbook.js';
import { readCatalog, type Catalog } from '../../../config/catalog.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import { mergeBlocks } from '../../../core/command/postmortem/blocks.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { serviceRunbook, type ServiceFacts } from '../../../report/service-runbook/document.js';
import type { CommandClient } from '../../temporal/command-client.js';
import { contextOf } from '../command-context.js';
import { placeOf, save, sha } from '../document-file.js';
import { AnsweredError } from '../exit-code.js';
import { withCommand } from '../incident/incident-access.js';

/** Older incidents describe a service that has changed since. */
const mostIncidents = 20;

function factsOf(catalog: Catalog, service: string, runbooks: string[]): ServiceFacts {
  const known = catalog.services[service];
  if (known === undefined)
    throw new UnreadableInputError(`expected a service of the catalog (${Object.keys(catalog.services).join(', ')}), got ${service}`);
  const { owner = [], dependencies = [], health = [] } = known;
  return {
    service,
    owners: owner,
    dependencies,
    health,
    endpoints: Object.entries(known.endpoints).map(([name, { method = 'GET', url, budgets }]) => {
      const p95 = budgets?.p95Ms === undefined ? '' : `: p95 within ${budgets.p95Ms} ms`;
      return `${name}, ${method} ${new URL(url).pathname}${p95}`;
    }),
    databases: Object.entries(known.databases ?? {}).map(([name, { kind }]) => `${name} (${kind})`),
    runbooks,
    levels: (catalog.escalation?.paging ?? []).map(({ level, role, after }) => `${level} ${role}, after ${after / 1000} s`),
  };
}

async function incidentsOf(incidents: CommandClient, service: string): Promise<StatusDocument[]> {
  const found: StatusDocument[] = [];
  for (const { id } of await incidents.list()) {
    if (found.length === mostIncidents) break;
    const status = await incidents.status(id);
    if (status.impact.services.includes(service)) found.push(status);
  }
  return found;
}

async function write(service: string, { out }: { out?: string }, command: Command): Promise<void> {
  const catalog = await readCatalog(contextOf(command).catalogFile);
  const own = (await listRunbooks(catalog)).flatMap(({ runbook, isShipped }) =>
    runbook !== null && (isShipped || runbook.service === service) ? [runbook.name] : [],
  );
  const facts = factsOf(catalog, service, own);
  await withCommand(command, async (client, context) => {
    const document = serviceRunbook(facts, await incidentsOf(client, service));
    const { path, existing, foreign } = await placeOf(document, [out ?? `docs/runbooks/${service}-runbook.md`], process.cwd());
    const { text, blocks } = mergeBlocks(existing, document, sha);
    await save(path, text);
    context.print({ path, service, blocks }, `${service}: ${path}`);
    if (foreign !== null)
      throw new AnsweredError(
        `expected the runbook of ${service} at ${foreign}, got another file; it was not touched and ${path} written instead`,
        2,
      );
  });
}

/** The runbook of a service, for people who read it at night. */
export function registerWrite(group: Command): void {
  group
    .command('write')
    .description('writes the runbook of a service from the catalog and its past incidents; what people edited in it stays')
    .argument('<service>', 'a service of the catalog')
    .option('--out <file>', 'default: docs/runbooks/SERVICE-runbook.md')
    .addHelpText('after', '\nExamples:\n  $ perf-responder runbook write shop\n  $ perf-responder runbook write shop --out shop.md --json')
    .action(write);
}
