import type { AccountCheck, AccountingLine } from '../../core/model/diagnosis.js';
import type { Incident } from '../../core/model/incident.js';
import type { ReportInput } from '../report-input.js';
import { bullets, cite, code, fold, paragraph, rich, strong, table, warning, type Block, type Rich, type Section } from '../rich-text.js';
import { milliseconds, percent, plural } from '../words.js';

/** From this share, the unattributed part is reported beside the account, as in the diagnosis. */
const largeRest = 0.3;

/** Lines that hold time, heaviest first. The unattributed part comes last, even when it is zero. */
export function accountRows(accounting: readonly AccountingLine[]): AccountingLine[] {
  const isRest = (line: AccountingLine): boolean => line.resource === 'unattributed';
  const held = accounting.filter((line) => !isRest(line) && line.perRequestMs > 0);
  return [...held.sort((a, b) => b.perRequestMs - a.perRequestMs), ...accounting.filter(isRest)];
}

/** `waiting for a connection 120 ms · database execution 41.0 ms · unattributed 2.00 ms`. */
export function accountSentence(accounting: readonly AccountingLine[]): string {
  return accountRows(accounting)
    .map((line) => `${line.label} ${milliseconds(line.perRequestMs)}`)
    .join(' · ');
}

export function timeSection({ incident }: ReportInput): Section {
  return { id: 'time', title: 'Where the time went', blocks: timeBlocks(incident) };
}

function timeBlocks(incident: Incident): Block[] {
  const rows = accountRows(incident.accounting);
  if (rows.length === 0) return [paragraph([whyNoAccount(incident)])];
  const sum = rows.reduce((all, line) => all + line.perRequestMs, 0);
  const body = rows.map((line): Rich[] => [
    [line.label],
    [milliseconds(line.perRequestMs)],
    [percent(line.share)],
    cite(line.evidence).slice(1),
  ]);
  const total: Rich[] = [[strong('mean latency')], [strong(milliseconds(sum))], [strong('100 %')], []];
  const rest = rows.find((line) => line.resource === 'unattributed');
  return [
    table('Mean latency of one request by the resource that held it', ['Per request', '>Time', '>Share', 'Evidence'], [...body, total], {
      isLastRowTotal: true,
    }),
    ...sumRemark(incident, sum),
    ...checkBlocks(incident),
    ...(rest !== undefined && rest.share >= largeRest
      ? [
          warning(
            rich`${percent(rest.share)} of the mean latency could not be attributed to any observed resource, so every cause below is less certain.`,
          ),
        ]
      : []),
  ];
}

const checkTitles: Record<AccountCheck['id'], string> = { 'over-attribution': 'Sum of the parts', 'in-flight': 'Requests in flight' };

/** Figures that were measured independently must agree. If they do not, the reader is told by how much. */
function checkBlocks({ accountChecks = [] }: Incident): Block[] {
  const told = ({ id, ok, observed, limit, detail, evidence }: AccountCheck): Rich =>
    rich`${checkTitles[id]} (${code(id)}): ${ok ? 'passed' : 'failed'}, ${percent(observed)} (limit ${percent(limit)}): ${detail}.${cite(evidence)}`;
  const passed = accountChecks.filter(({ ok }) => ok);
  return [
    ...accountChecks.filter(({ ok }) => !ok).map((check) => warning(told(check))),
    ...fold([`${plural(passed.length, 'cross-check')} of this account passed`], bullets(passed.map(told))),
  ];
}

/**
 * The sum exceeds the mean of the answered requests when others failed late or were still waiting at the end, because the account includes them. It cannot
 * be smaller by construction; if a bug ever breaks that, the reader is told rather than misled.
 */
function sumRemark({ confirmation }: Incident, sumMs: number): Block[] {
  const mean = confirmation?.observed.meanMs ?? null;
  if (mean === null || Math.abs(sumMs - mean) <= Math.max(0.5, 0.01 * mean)) return [];
  if (sumMs > mean)
    return [
      paragraph(
        rich`k6 measured a mean of ${milliseconds(mean)} for the answered requests; the account also holds the time of those that failed late or were still waiting when the load ended.`,
      ),
    ];
  return [
    warning(
      rich`The lines add up to ${milliseconds(sumMs)}, but k6 measured a mean of ${milliseconds(mean)}: the difference is not explained.`,
    ),
  ];
}

function whyNoAccount({ confirmation, outcome }: Incident): string {
  if (confirmation === null) return 'No account: no load was measured.';
  if (confirmation.verdict === 'not-reproduced') return 'No account: the symptom did not show, so there is no lost time to explain.';
  if (confirmation.verdict === 'unproven') return 'No account: a run that proves nothing is not taken apart.';
  return outcome === null ? 'Not accounted yet.' : 'No account: nothing of the load window could be attributed; see what is missing.';
}
