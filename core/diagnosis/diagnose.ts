import type { AccountCheck, AccountingLine, Branch, Diagnosis } from '../model/diagnosis.js';
import type { Cause, NotJudged, RuledOut } from '../model/cause.js';
import type { MissingEvidence } from '../model/observation.js';
import { type AccountingEvidence, accountLatency, queuedForShare, shareOf } from './account/accounting.js';
import { blindSpots, lockOwner } from './blind-spots.js';
import { chooseBranch, sideShares } from './branch.js';
import { capByBudget } from './enough-alone.js';
import { EvidenceBook } from './evidence.js';
import { deriveFacts, type Facts } from './facts.js';
import { sortByFailures } from './failures.js';
import type { DiagnosisInput } from './input.js';
import { judgement, type Judgement } from './judgement.js';
import { rankCauses } from './rank.js';
import { ms, percent } from './figures.js';
import { cite, minimumShare, type Candidate, type RuleContext, type Rule, type RuleVerdict } from './rule.js';
import { isOfProcess } from './rules/process/cpu.js';
import { unexplained } from './unexplained.js';
import { waitsInside } from './account/unseen-waits.js';
import { describeCaptures, type CitedCaptures } from './describe-captures.js';

/** Decides from the account of the window where the latency is, before any statement is examined. */
export function decideBranch(input: DiagnosisInput, { kinds }: Judgement = judgement): { branch: Branch; reasons: string[] } {
  const { facts, sides } = account(input, kinds, new EvidenceBook());
  return chooseBranch(sides, facts);
}

/** The whole localization: account, rules, ranking. Same input, same output. */
export function diagnose(input: DiagnosisInput, { kinds, rules, hitRates }: Judgement = judgement): Diagnosis {
  const book = new EvidenceBook();
  const { facts, lines, checks, sides, cited } = account(input, kinds, book);
  const { branch, reasons } = chooseBranch(sides, facts);
  const accounting = book.add('accounting', accountSummary(lines, facts), null);
  const context: RuleContext = { input, facts, lines, sides, branch, book, cited: { ...cited, accounting }, hitRates };
  const isJudged = ({ requires }: Rule): boolean => requires.every((document) => input.read(document) !== null);
  const { verdicts, broken } = judgeAll(rules.filter(isJudged), context);
  const failures = sortByFailures(
    verdicts.flatMap((verdict) => verdict.causes),
    context,
  );
  const ranking = rankCauses(
    trustAccount(failures.standing, checks, { accounting, book }),
    {
      unattributed: sides.unattributed,
      insideWait: shareOf(lines, 'inside-wait') + queuedForShare(lines, facts.workerQueue?.occupiedBy.inside),
    },
    context,
  );
  const named = new Set(ranking.causes.map((cause) => cause.id));
  const ruledOut = [...ranking.ruledOut, ...failures.ruledOut, ...verdicts.flatMap((verdict) => verdict.ruledOut)].filter(
    (row) => !named.has(row.id) && row.evidence.length > 0,
  );
  const found = [
    // The reason why requests fail comes first: beside it, where their time goes is no problem.
    ...failures.missing,
    ...missingFor(input, branch, facts),
    ...(failures.missing.length > 0 || ranking.outcome !== 'inconclusive'
      ? []
      : [...waitsInside(input, facts, branch), ...blindSpots(input, facts), ...lockOwner(input, lines)]),
    ...slowTransfer(lines),
    ...verdicts.filter((verdict) => isOpen(verdict, ranking.causes)).flatMap((verdict) => verdict.missing ?? []),
  ];
  const missingEvidence =
    ranking.outcome === 'inconclusive' && found.length === 0 ? [unexplained(input, facts, { lines, checks })] : onePerText(found);
  const capped = capByBudget(ranking.causes, context, missingEvidence);
  return {
    outcome: ranking.outcome,
    branch,
    reasons: [...reasons, ...checks.filter((check) => !check.ok).map((check) => check.detail), ...ranking.reasons],
    accounting: lines,
    accountChecks: checks,
    causes: capped.causes,
    ruledOut: onePerId(ruledOut).map((row) => withItsCause(row, ranking.causes)),
    missingEvidence: [...capped.missing, ...missingEvidence],
    notJudged: [
      ...notJudged(
        rules.filter((rule) => !isJudged(rule)),
        input,
      ),
      ...broken,
    ],
    evidence: book.list(),
  };
}

/** What a rule lacks matters if the rule found no cause, or if one of its causes stands. */
function isOpen({ causes }: RuleVerdict, standing: readonly Cause[]): boolean {
  return causes.length === 0 || causes.some(({ id }) => standing.some((cause) => cause.id === id));
}

/** A rule without its evidence neither supports nor excludes its cause; a row says so. */
function notJudged(rules: readonly Rule[], input: DiagnosisInput): NotJudged[] {
  const rows = rules.map(({ id, requires }) => ({
    id,
    needs: requires.filter((document) => input.read(document) === null).map((document) => document.what),
  }));
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/** If the parts of the account do not fit together, every cause that rests on it loses confidence in proportion, and cites the failed check. */
function trustAccount(
  candidates: Candidate[],
  checks: AccountCheck[],
  { accounting, book }: { accounting: string; book: EvidenceBook },
): Candidate[] {
  const failed = checks.filter((check) => !check.ok);
  if (failed.length === 0) return candidates;
  const told = failed.map((check) => book.add('accounting', `check ${check.id}: ${check.detail} (limit ${percent(check.limit)})`, null));
  const trust = Math.min(...failed.map((check) => 1 / check.observed));
  return candidates.map((candidate) =>
    candidate.evidence.includes(accounting)
      ? { ...candidate, confidence: candidate.confidence * trust, evidence: cite(...candidate.evidence, ...told) }
      : candidate,
  );
}

/** A rule that throws becomes a row of the report and does not end the run; it neither supports nor excludes its cause. */
function judgeAll(rules: readonly Rule[], context: RuleContext): { verdicts: RuleVerdict[]; broken: NotJudged[] } {
  const verdicts: RuleVerdict[] = [];
  const broken: NotJudged[] = [];
  for (const rule of rules) {
    try {
      verdicts.push(rule.evaluate(context));
    } catch (error) {
      broken.push({ id: rule.id, needs: [`a rule that can be evaluated (${error instanceof Error ? error.message : String(error)})`] });
    }
  }
  return { verdicts, broken };
}

/** A consequence of something without a name follows from the cause that was found at the database, if there is one. */
function withItsCause(row: RuledOut, causes: readonly Cause[]): RuledOut {
  if (row.kind !== 'consequence' || row.consequenceOf !== undefined) return row;
  const cause = causes.find(({ component }) => component.startsWith('database'));
  return cause === undefined ? row : { ...row, consequenceOf: cause.id };
}

interface Account {
  facts: Facts;
  lines: AccountingLine[];
  checks: AccountCheck[];
  sides: ReturnType<typeof sideShares>;
  cited: CitedCaptures;
}

function account(input: DiagnosisInput, kinds: Judgement['kinds'], book: EvidenceBook): Account {
  const facts = deriveFacts(input);
  const cited = describeCaptures(input, kinds, facts, book);
  const evidence: AccountingEvidence = {
    load: cite(cited.load),
    process: cite(cited.process),
    wire: cite(cited.wire),
    profile: cite(cited.profile),
    databases: cite(cited.databases),
  };
  const fallback = (ids: string[]): string[] => (ids.length > 0 ? ids : evidence.load);
  const { lines, checks } = accountLatency(input, facts, {
    load: evidence.load,
    process: fallback(evidence.process),
    wire: fallback(evidence.wire),
    profile: fallback(evidence.profile),
    databases: fallback(evidence.databases),
  });
  return { facts, lines, checks, sides: sideShares(lines, facts), cited };
}

/** A smaller part is within the error of the counts, and would only make the sentence longer. */
const worthTelling = 0.01;

function accountSummary(lines: AccountingLine[], facts: Facts): string {
  const parts = lines
    .filter((line) => line.share >= worthTelling)
    .map((line) => `${line.label} ${ms(line.perRequestMs)} (${percent(line.share)})`);
  return `per request (mean ${ms(facts.meanMs)}): ${parts.join(' · ')}`;
}

/** What is still unknown and what would settle it, limited to what matters for the answer. */
function missingFor(input: DiagnosisInput, branch: Branch, facts: Facts): MissingEvidence[] {
  const rows = [
    ...input.missing,
    ...(input.service?.missing ?? []),
    ...input.databases.flatMap((database) => database.missing),
    ...(input.scans ?? []).flatMap((scan) => scan.missing),
  ];
  const rejected = input.profile?.quality.verdict === 'rejected' ? input.profile.quality.checks.filter((check) => !check.ok) : [];
  if (rejected.length > 0 && branch === 'app-bound') {
    rows.push({
      id: 'profile-quality',
      what: 'a CPU profile that can bear a claim',
      why: rejected.map((check) => check.detail).join('; '),
      remedy: 'profile for longer under the same load, with symbols',
    });
  }
  return onePerText([...rows, ...otherProfile(input, facts)]);
}

function otherProfile({ profile }: DiagnosisInput, facts: Facts): MissingEvidence[] {
  if (profile === null || facts.cpu === null || isOfProcess(profile, facts)) return [];
  return [
    {
      id: 'profile-match',
      what: 'a CPU profile of what burns the CPU of the service',
      why: `the profile is busy for ${percent(1 - (profile.idleShare ?? 0))} of its time, but the threads that serve requests used ${percent(facts.cpu.utilization)} of what they may use: it is of another process, another thread or another time`,
      remedy: 'profile the process that serves the requests (a worker of a cluster, not its primary) while the load runs',
    },
  ];
}

/** Several rules may lack the same. */
function onePerText(rows: readonly MissingEvidence[]): MissingEvidence[] {
  return [...new Map(rows.map((row) => [`${row.id} ${row.what}`, row])).values()];
}

/** No rule examines the transfer of an answer. If it holds much of the latency, the reader is told where to look. */
function slowTransfer(lines: AccountingLine[]): MissingEvidence[] {
  const share = shareOf(lines, 'network');
  if (share < minimumShare) return [];
  return [
    {
      id: 'transfer',
      what: 'why an answer takes so long to arrive after its first byte',
      why: `sending and receiving hold ${percent(share)} of the mean latency, as the load generator timed them, and nothing in the service or its peers was seen to explain it`,
      remedy:
        'look whether the service writes an answer in pieces (headers and body apart may wait about 40 ms for a delayed acknowledgement: write them together, or set TCP_NODELAY), streams it slowly, or sends a large body over a slow network',
    },
  ];
}

function onePerId(rows: RuledOut[]): RuledOut[] {
  return [...new Map([...rows].reverse().map((row) => [row.id, row])).values()].reverse();
}
