import { duration, limitMs, milliseconds, percent } from '../../core/model/figures.js';
import { shareOf, shareOfSide } from '../../core/diagnosis/account/accounting.js';
import { failedMeanMs } from '../../core/diagnosis/failures.js';
import { judgement } from '../../core/diagnosis/judgement.js';
import { ownWork } from '../../core/diagnosis/rules/process/cpu.js';
import { sideOf } from '../../core/diagnosis/resources.js';
import { minimumShare } from '../../core/diagnosis/rule.js';
import { planOperator } from '../../core/engines/registry.js';
import type { PlanNode, QueryPlan } from '../../core/model/database.js';
import type { AccountingLine } from '../../core/model/diagnosis.js';
import type { ProfileCategory } from '../../core/model/profile.js';
import type { ReportInput } from '../../report/report-input.js';

/** Sentences that a recording holds as the version of its day wrote them: of the judge of the load, of captures and plans. */
function recordedSentences({ incident, profile, scans, service, databases }: ReportInput): string[] {
  const missing = [service?.missing ?? [], ...databases.map((each) => each.missing), ...scans.map((scan) => scan.missing)].flat();
  const rows = [...missing, ...incident.missingEvidence];
  return [
    ...(incident.confirmation?.reasons ?? []),
    ...(incident.confirmation === null ? incident.reasons : []),
    ...(profile?.quality.checks ?? []).map(({ detail }) => detail),
    ...rows.flatMap(({ what, why, remedy }) => [what, why, remedy]),
    ...scans
      .flatMap(({ statements }) => statements)
      .flatMap(({ plan, planNote, candidates, nonSargable }) => [
        ...(plan?.findings ?? []).map(({ text }) => text.replace(/\.$/, '')),
        ...(planNote === null ? [] : [planNote]),
        ...candidates.map(({ reason }) => reason),
        ...nonSargable.map(({ rewrite }) => rewrite ?? ''),
      ]),
    ...(incident.symptom === null ? [] : [incident.symptom.text]),
  ].filter((text) => text !== '');
}

/** What a person reads of a Markdown report, without what is code or was written by an older version. */
export function writtenToday(markdown: string, input: ReportInput): string {
  const plain = markdown
    .replace(/`[^`\n]*`/g, '`…`')
    .replaceAll('&lt;', '<')
    .replaceAll('\\', '');
  return recordedSentences(input)
    .map((sentence) => sentence.replace(/`[^`\n]*`/g, '`…`'))
    .sort((a, b) => b.length - a.length)
    .reduce((text, sentence) => text.replaceAll(sentence, '…'), plain);
}

export interface Figure {
  text: string;
  unit: 'ms' | 's' | '%';
  /** Some words before and after it. */
  near: string;
}

/** Every number with the unit of a time or a share. */
export function figuresOf(text: string): Figure[] {
  return [...text.matchAll(/(?<![\w.:/-])((?:< )?\d+(?:\.\d+)?) (ms|s|%)(?!\w|\/)/g)].map((match) => ({
    text: match[0],
    unit: match[2] === 'ms' ? 'ms' : match[2] === 's' ? 's' : '%',
    near: text.slice(Math.max(0, match.index - 60), match.index + 40).replaceAll('\n', ' '),
  }));
}

/** Written as the product writes figures, and with no more digits. */
export function isWellWritten({ text, unit }: Figure): boolean {
  const value = Number.parseFloat(text.replace('< ', ''));
  if (text.startsWith('<')) return text === '< 0.01 ms' || text === '< 0.01 %';
  if (unit === '%') return percent(value / 100) === text;
  if (unit === 's') return text === `${Number(value.toFixed(1))} s` || milliseconds(value * 1000) === text;
  return milliseconds(value) === text || limitMs(value) === text;
}

/** Numbers of the documents by the unit of their key: `…Ms`, and what is a share or a ratio. */
function numbersOf(value: unknown, path: string, found: { ms: Set<number>; shares: Set<number> }): void {
  if (typeof value === 'number') {
    if (/ms\b|Ms\b|Ms[.\d]|AgeMs/.test(path)) found.ms.add(value);
    if (/share|ratio|observed|limit|interval|ci\.|idle/i.test(path)) found.shares.add(value);
  } else if (Array.isArray(value)) value.forEach((each, index) => numbersOf(each, `${path}.${index}`, found));
  else if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value)) numbersOf(each, `${path}.${key}`, found);
}

/** Sums of lines of the account that a sentence may tell: each line, those of a side together, any two. */
function sumsOf(accounting: readonly AccountingLine[]): number[] {
  const sides = [...new Set(accounting.map(({ resource }) => sideOf(resource)))];
  const sums = sides.map((side) => shareOfSide(accounting, side));
  const pairs = accounting.flatMap((one, index) => accounting.slice(index + 1).map((other) => one.share + other.share));
  return [...accounting.map(({ share }) => share), ...sums, ...pairs];
}

/** Limits that a rule declares, which its sentences hold a share against. */
const limits = judgement.rules.flatMap(({ thresholds = {} }) => Object.values(thresholds)).map(({ value }) => value);

/** What a sentence may tell beside the numbers of the documents, each by a rule that a reader can follow. */
function derived(input: ReportInput, found: { ms: Set<number>; shares: Set<number> }): void {
  const { incident, load, profile, service, scans, trace } = input;
  const add = (set: Set<number>, ...values: number[]): void => values.filter(Number.isFinite).forEach((value) => set.add(value));
  const mean = incident.accounting.reduce((sum, line) => sum + line.perRequestMs, 0);
  const sums = sumsOf(incident.accounting);
  // The whole, the 95 % of an interval, the limits of the rules, and sums of lines of the account as parts of the mean and as times.
  add(found.shares, 1, 0.95, minimumShare, ...limits, ...sums);
  add(found.ms, mean, ...sums.map((share) => share * mean));
  // Of the CPU and its queue, the part that a kind of work, a function or a route has of the samples.
  const work = { ms: new Set<number>(), shares: new Set<number>() };
  numbersOf({ profile, trace }, '', work);
  // What a function burns itself and in its dependencies, and what it burns in driver and mapper of its database.
  const costs: ProfileCategory[][] = [
    ['application', 'native', 'runtime', 'unknown', 'allocation', 'file-io'],
    ['application', 'native', 'runtime', 'unknown', 'allocation'],
    ['database-driver', 'orm'],
  ];
  const functions = profile === null ? [] : costs.flatMap((cost) => ownWork(profile, ...cost).map(({ share }) => share));
  add(found.shares, ...functions, ...[...work.shares, ...functions].map((part) => part * shareOfSide(incident.accounting, 'application')));
  // The same of what the service's own database did not have of the CPU, which the reasons tell.
  const held = Number(/had the CPU for (\d+) %/.exec(incident.reasons.join(' '))?.[1] ?? 0) / 100;
  add(found.shares, ...functions.map((part) => part * shareOfSide(incident.accounting, 'application') * (1 - held)));
  const failedMs = load === null ? null : failedMeanMs(load);
  if (failedMs !== null) add(found.ms, failedMs);
  // What a cause holds of the mean, as a time.
  add(found.ms, ...incident.causes.map(({ share }) => share * mean));
  // The mean without what one line holds.
  add(found.ms, ...incident.accounting.map(({ share }) => (1 - share) * mean));
  // What the database holds without waiting for anybody's lock.
  add(
    found.ms,
    shareOfSide(incident.accounting, 'database') * mean,
    (shareOfSide(incident.accounting, 'database') - shareOf(incident.accounting, 'database-lock')) * mean,
  );
  if (load !== null) add(found.shares, load.droppedIterations / (load.droppedIterations + load.requests));
  for (const { plan } of scans.flatMap(({ statements }) => statements)) addPlan(plan, found);
  const process = service?.process ?? null;
  if (process === null) return;
  // CPU of one request, of the process or of the threads that serve; how busy those threads were.
  const rate = (input.secondLook?.load ?? load)?.requestRate ?? 0;
  const [all, main] = [process.cpuMs, process.threads.filter(({ isMain }) => isMain).reduce((sum, { cpuMs }) => sum + cpuMs, 0)];
  add(found.ms, ...[all, main, all - main].map((cpuMs) => ((cpuMs / process.windowMs) * 1000) / rate));
  // Of the time in which the threads that serve were ready to run, the part in which they did not.
  const parts = [process.threads, process.threads.filter(({ isMain }) => isMain)].map((threads) => {
    const delayMs = threads.reduce((sum, { runDelayMs }) => sum + runDelayMs, 0);
    return delayMs / (delayMs + threads.reduce((sum, { cpuMs }) => sum + cpuMs, 0));
  });
  add(found.shares, ...parts);
}

/** Of a plan: the self time of a node, alone and with what gathers its rows, as part of all nodes. */
function addPlan(plan: QueryPlan | null, found: { ms: Set<number>; shares: Set<number> }): void {
  const total = (plan?.nodes ?? []).reduce((sum, node) => sum + node.selfMs, 0);
  const nodes = new Map((plan?.nodes ?? []).map((node) => [node.id, node]));
  for (const node of nodes.values()) {
    let selfMs = 0;
    for (let at: PlanNode | undefined = node; at !== undefined && total > 0; at = nodes.get(at.parentId ?? -1)) {
      if (at === node || planOperator(plan?.format ?? '', at.nodeType) === 'hand-on') selfMs += at.selfMs;
      found.shares.add(Math.min(1, selfMs / total));
    }
  }
}

/** All that a figure of the report may say, as it is written; `own` is what the claim itself states. */
export function tellable(input: ReportInput, own: unknown = {}): Set<string> {
  const found = { ms: new Set<number>(), shares: new Set<number>() };
  numbersOf([input, own], '', found);
  derived(input, found);
  return new Set([
    ...[...found.ms].flatMap((value) => [milliseconds(value), limitMs(value), duration(value), `${Number((value / 1000).toFixed(1))} s`]),
    ...[...found.shares].map((value) => percent(value)),
  ]);
}

/**
 * Of the report's documents those that a claim may rest on: the account and the confirmation, which every report tells, and what the evidence that it cites was
 * taken from. No other claim's numbers are in it.
 */
export function citedBy(input: ReportInput, evidence: readonly string[]): ReportInput {
  const items = input.incident.evidence.filter(({ id }) => evidence.includes(id));
  const kinds = new Set<string>(items.map(({ kind }) => kind));
  const isOfService = kinds.has('process') || kinds.has('wire');
  const incident = { ...input.incident, evidence: items, causes: [], ruledOut: [] };
  return {
    ...{ ...input, incident, flame: null },
    profile: kinds.has('profile') ? input.profile : null,
    trace: kinds.has('trace') || kinds.has('profile') ? input.trace : null,
    service: isOfService ? input.service : null,
    databases: kinds.has('database') || kinds.has('plan') ? input.databases : [],
    scans: kinds.has('plan') ? input.scans : [],
  };
}
