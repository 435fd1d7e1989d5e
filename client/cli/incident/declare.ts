import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { severities, type Severity } from '../../../core/command/severity/severity.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import { isEnded } from '../../../core/command/incident/incident-status.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { CommandClient } from '../../temporal/command-client.js';
import { nearestName } from '../../../config/nearest-name.js';
import { contextOf, tryReadCatalog, type CommandContext } from '../command-context.js';
import { byOption } from '../incident-options.js';
import { choiceOption } from '../option-values.js';
import { actor, withCommand } from './incident-access.js';
import { statusText } from './incident-text.js';
import { pastMomentOption } from './moment-option.js';

interface DeclareFlags {
  severity?: Severity;
  service?: string[];
  endpoint?: string[];
  impact?: string;
  publicTitle?: string;
  at?: string;
  by?: string;
  follow?: boolean;
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];
const pollEveryMs = 1_000;

function servicesOf({ service = [], endpoint = [] }: DeclareFlags): string[] {
  const wrong = endpoint.find((key) => !/^[^/]+\/[^/]+$/.test(key));
  if (wrong !== undefined)
    throw new UnreadableInputError(`--endpoint: expected SERVICE/ENDPOINT, got "${wrong}"; write e.g. --endpoint shop/place-order`);
  return [...new Set([...service, ...endpoint.map((key) => key.split('/')[0] ?? '')])];
}

/** Prints each new event of the timeline until the incident has ended. */
async function follow(incidents: CommandClient, context: CommandContext, id: string): Promise<void> {
  const told = new Set<string>();
  for (;;) {
    const status = await incidents.status(id);
    for (const event of status.timeline.filter((one) => !told.has(one.id))) {
      told.add(event.id);
      context.say(`${event.at.slice(11, 19)}  ${event.kind.padEnd(14)} ${event.text.split('\n')[0] ?? ''}`);
    }
    if (isEnded(status.status)) return;
    await delay(pollEveryMs);
  }
}

const rulesTries = 20;
const rulesEveryMs = 100;

/**
 * The first document, once the worker has read the catalog's rules, a moment after the incident was accepted: before that, times of the next page
 * and update are those of the table. Without a worker that reads them it is shown as it stands.
 */
async function withItsRules(incidents: CommandClient, id: string): Promise<StatusDocument> {
  for (let tries = 1; ; tries += 1) {
    const status = await incidents.status(id);
    if (tries === rulesTries || status.fiveMinutes.some(({ state }) => state !== 'pending')) return status;
    await delay(rulesEveryMs);
  }
}

function refuseUnknown(flag: string, given: string, known: readonly string[]): void {
  if (known.includes(given)) return;
  const near = nearestName(given, known);
  throw new UnreadableInputError(
    `${flag}: expected one of ${known.join(', ')}, got "${given}"; ${near === null ? 'choose one of them' : `did you mean "${near}"?`}`,
  );
}

/** A mistyped service has no owner, no health and no component: it is refused while whoever typed it is there. Without a catalog anything goes. */
async function refuseMistyped(context: CommandContext, { service = [], endpoint = [] }: DeclareFlags): Promise<void> {
  const catalog = await tryReadCatalog(context);
  if (catalog === null) return;
  const endpoints = Object.entries(catalog.services).flatMap(([name, of]) => Object.keys(of.endpoints).map((key) => `${name}/${key}`));
  for (const name of service) refuseUnknown('--service', name, Object.keys(catalog.services));
  for (const key of endpoint) refuseUnknown('--endpoint', key, endpoints);
}

async function declare(title: string, flags: DeclareFlags, command: Command): Promise<void> {
  if (title.trim() === '') throw new UnreadableInputError('expected a title, got an empty one; say what is wrong in a few words');
  const services = servicesOf(flags);
  await refuseMistyped(contextOf(command), flags);
  await withCommand(command, async (incidents, context) => {
    const { incidentId: id } = await incidents.declare({
      title,
      impact: flags.impact ?? null,
      ...(flags.publicTitle === undefined ? {} : { publicTitle: flags.publicTitle }),
      severity: flags.severity ?? null,
      severityRule: null,
      services,
      endpoints: flags.endpoint ?? [],
      onset: flags.at === undefined ? null : { at: flags.at, uncertaintyS: 60 },
      by: await actor(context, flags),
      mayAttach: false,
    });
    const status = await withItsRules(incidents, id);
    context.print(status, statusText(status));
    if (flags.follow === true) await follow(incidents, context, id);
  });
}

export function registerDeclare(group: Command): void {
  group
    .command('declare')
    .description('calls people: begins the ladders, the record and the updates')
    .argument('<title>', 'what is wrong, in a few words')
    .option('--severity <SEVn>', 'SEV1 to SEV4 (default: rated by the rules; SEV3 until then)', choiceOption('--severity', severities))
    .option('--service <name>', 'affected service; may be given several times', collect)
    .option('--endpoint <key>', 'affected endpoint, SERVICE/ENDPOINT; may be given several times', collect)
    .option('--impact <text>', 'what users experience')
    .option('--public-title <text>', 'what the status page calls it (default: by its components; the title never goes outside)')
    .option('--at <time>', 'when it began (default: not known)', pastMomentOption('--at'))
    .option(...byOption)
    .option('--follow', 'go on and print the timeline until the incident ends')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident declare "Checkout returns 500" --severity SEV2 --service shop --impact "15 % of checkouts fail"\n  $ perf-responder incident declare "Search is slow" --endpoint shop/search --at 2026-03-02T10:00Z --follow',
    )
    .action(declare);
}
