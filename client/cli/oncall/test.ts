import { Option, type Command } from 'commander';
import { readCatalog, type Catalog } from '../../../config/catalog.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { existingKeyOfLinks } from '../../hook/access/link-key.js';
import { originOf } from '../../hook/listen-address.js';
import { testAckUrl } from '../../hook/pages/page-link.js';
import { onCallRows } from '../../oncall/on-call-rows.js';
import { sendTestPages, type TestedPerson } from '../../oncall/test-pages.js';
import { AnsweredError } from '../exit-code.js';
import { contextOf } from '../command-context.js';
import { durationOption } from '../option-values.js';
import { untilSignal } from '../terminal/until-signal.js';

interface TestFlags {
  person?: string[];
  schedule?: string[];
  wait: number;
  hookOrigin?: string;
}

function known(what: string, name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  throw new UnreadableInputError(`${what}: expected one of ${names.join(', ') || 'none, since the catalog has none'}, got "${name}"`);
}

async function whom(catalog: Catalog, { person = [], schedule = [] }: TestFlags): Promise<{ person: string; reason: string }[]> {
  const named = person.map((name) => ({ person: known('--person', name, Object.keys(catalog.people ?? {})), reason: 'named' }));
  const schedules = schedule.map((name) => known('--schedule', name, Object.keys(catalog.oncall ?? {})));
  if (named.length > 0 && schedules.length === 0) return named;
  const rows = (await onCallRows(catalog, Date.now(), 1)).filter(({ name }) => schedules.length === 0 || schedules.includes(name));
  const onCall = rows.flatMap(({ name, who, reason }) =>
    (who ?? '')
      .split(', ')
      .filter((one) => one !== '')
      .map((one) => ({ person: one, reason: `${name}: ${reason}` })),
  );
  const all = [...named, ...onCall];
  return all.filter((one, index) => all.findIndex(({ person: other }) => other === one.person) === index);
}

const isReached = ({ channels }: TestedPerson): boolean => channels.some(({ state }) => state === 'delivered');

function lineOf(one: TestedPerson): string {
  const answered = one.acknowledgedAt === null ? 'did not acknowledge' : `acknowledged at ${one.acknowledgedAt.slice(11, 19)} UTC`;
  const channels = one.channels.map(
    ({ kind, state, detail, tookMs }) => `  ${kind}: ${state} in ${tookMs} ms${detail === null ? '' : `, ${detail}`}`,
  );
  const head = `${one.person} (${one.reason}): ${one.channels.length === 0 ? 'has no channel' : isReached(one) ? answered : 'NOTHING ARRIVED'}`;
  return [head, ...channels].join('\n');
}

async function test(flags: TestFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const catalog = await readCatalog(context.catalogFile);
  const people = await whom(catalog, flags);
  if (people.length === 0)
    throw new UnreadableInputError(
      'expected somebody on call now, got nobody; perf-responder oncall gaps shows where, --person names somebody',
    );
  const origin = flags.hookOrigin ?? originOf(catalog.hook);
  const key = existingKeyOfLinks(catalog, context.dataDirectory);
  const canAnswer = origin !== null && key !== null;
  if (!canAnswer)
    context.say('note: no hook is known here that could take an acknowledgement (hook.listen, hook.read); only what arrives is tested');
  const order = {
    catalog,
    dataDirectory: context.dataDirectory,
    people,
    ackUrl: (testId: string, person: string) => (canAnswer ? testAckUrl(key, origin, testId, person) : null),
    waitMs: canAnswer ? flags.wait : 0,
    signal: untilSignal().signal,
  };
  const pages = await sendTestPages(order, ({ people: sent }) => {
    const reached = sent.filter(isReached).length;
    context.wait(`sent to ${sent.length} people, ${reached} reached; waiting for acknowledgements`);
  });
  context.print(pages, pages.people.map(lineOf).join('\n'));
  const unreached = pages.people.filter((one) => !isReached(one)).map(({ person }) => person);
  if (unreached.length > 0) throw new AnsweredError(`no page reached ${unreached.join(', ')}`, 1);
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

export function registerTest(group: Command): void {
  group
    .command('test')
    .description('sends a marked test page to everybody on call, on every channel, and says what arrived and who acknowledged')
    .option('--person <name>', 'this person instead; may be given several times', collect)
    .option('--schedule <name>', 'who is on call in this schedule; may be given several times', collect)
    .addOption(
      new Option('--wait <duration>', 'how long acknowledgements are waited for').argParser(durationOption('--wait')).default(60_000, '1m'),
    )
    .option('--hook-origin <url>', 'where people reach the hook (default: hook.listen of the catalog)')
    .addHelpText(
      'after',
      '\nExits 1 when somebody was reached by no channel.\n\nExamples:\n  $ perf-responder oncall test\n  $ perf-responder oncall test --person alice --wait 5m',
    )
    .action(test);
}
