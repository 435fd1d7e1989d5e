import type { CauseId } from '../model/cause.js';
import { profileCategories, type Frame } from '../model/profile.js';
import { categoryShare, frameLocation, functionKey, ownWork, unownedShare } from './rules/process/cpu.js';
import { minimumShare, type Candidate, type RuleContext } from './rule.js';
import { wouldFit } from './would-fit.js';

/** Below this the responder does not put its name under a cause. */
export const minimumConfidence = 0.4;

interface Pair {
  cause: Candidate;
  other: Candidate;
}

/** Which candidates are consequences of which, and why. */
interface CausalRow {
  causes: readonly CauseId[] | 'any';
  explains: readonly CauseId[] | 'any';
  /** A condition besides both having been found. Absent: `holdsHalf`. */
  when?: (pair: Pair, context: RuleContext) => boolean;
  /** Reads after "a consequence of …, because". */
  why: string;
}

/** These say where the time goes, not why. A cause at the same place that says why replaces them, and the report no longer mentions them. */
export const placeIds: ReadonlySet<CauseId> = new Set(['expensive-query', 'inside-wait']);

/** A cause that explains less than half of another finding leaves most of that finding unexplained. */
const holdsHalf = ({ cause, other }: Pair): boolean => 2 * cause.share >= other.share;
/**
 * Two statements have one defect each; only on the same statement can one defect be the reason for the other. Without query ids they count as the same
 * statement.
 */
const sameStatement = (pair: Pair): boolean => {
  const [one, two] = [pair.cause.location.queryId, pair.other.location.queryId];
  return holdsHalf(pair) && (one === undefined || two === undefined || one === two);
};
/** Each could be the reason for the other: the one that holds more of the latency is taken as the cause. */
const holdsMore = ({ cause, other }: Pair): boolean => cause.share > other.share || (cause.share === other.share && cause.id < other.id);

const lockCauses = ['ddl-lock', 'idle-in-transaction', 'row-lock'] as const;
const statementCauses = ['missing-index', 'non-sargable-predicate', 'stale-statistics', 'sort-spill', 'row-volume', 'n-plus-one'] as const;
/** What a profile can show of the code of a service. */
const codeCauses = [
  'hot-function',
  'regex-backtracking',
  'serialization',
  'crypto',
  'compression',
  'logging',
  'templating',
  'reflection',
  'gc-pressure',
] as const;

/** All known consequences. Two candidates that stand in no row are two causes. */
export const causality: readonly CausalRow[] = [
  {
    causes: 'any',
    explains: ['capacity'],
    when: ({ cause }) => cause.share >= minimumShare && cause.confidence >= minimumConfidence,
    why: 'a load is too high only where nothing is wrong',
  },
  {
    causes: ['connection-limit'],
    explains: 'any',
    when: (_pair, { input }) => input.confirmation.broken.every((budget) => budget === 'error-ratio'),
    why: 'only the budget for errors is broken, and without a connection a request fails whatever it would have cost',
  },
  {
    causes: ['connection-limit', 'connection-leak', ...lockCauses, ...statementCauses],
    explains: ['pool-exhausted', 'pooler-wait'],
    why: 'connections are in use for as long as this holds them, and others queue for them',
  },
  {
    causes: [...statementCauses, ...lockCauses],
    explains: ['expensive-query'],
    when: ({ cause, other }) => cause.location.queryId === undefined || cause.location.queryId === other.location.queryId,
    why: 'it is why that statement takes its time',
  },
  {
    causes: ['pool-exhausted', 'pooler-wait'],
    explains: ['expensive-query'],
    why: 'without the queue for connections the budget holds with this statement as it is',
  },
  {
    causes: ['thread-pool-starvation', 'pool-exhausted', 'connection-leak', 'retry-amplification'],
    explains: ['inside-wait'],
    why: 'it is what the requests inside the service wait for',
  },
  {
    causes: ['connection-leak'],
    explains: ['idle-in-transaction', 'slow-dependency'],
    why: 'who holds a connection and does not give it back may leave its transaction open, or a call unanswered',
  },
  {
    causes: ['connection-per-request'],
    explains: ['cpu-starved'],
    why: 'the service burns its CPU, and lets its database burn it, on beginning connections',
  },
  {
    causes: ['connection-per-request'],
    explains: ['crypto'],
    // A function of the application hashes passwords and tokens; the driver itself hashes what proves who asks.
    when: (pair, { input: { profile } }) =>
      holdsHalf(pair) && profile !== null && 2 * unownedShare(profile, 'crypto') >= categoryShare(profile, 'crypto'),
    why: 'the service burns its CPU on proving to its database who asks, for each connection anew',
  },
  {
    causes: ['connection-per-request'],
    explains: ['hot-function'],
    // A profile does not tell how much of a driver's work begins connections, so the share of this cause is a lower bound.
    when: (pair, context) => holdsHalf(pair) || burnsInDriver(pair.other, context),
    why: 'the driver in which the function burns its CPU begins a connection for each request',
  },
  {
    causes: ['connection-per-request'],
    explains: ['inside-wait'],
    // If the line of the wait is known, that line may wait for something else.
    when: (pair) => holdsHalf(pair) && pair.other.location.frame === undefined,
    why: 'who has a connection of its own waits for its turn in the conversation that begins it',
  },
  {
    causes: ['pool-exhausted', 'pooler-wait'],
    explains: ['slow-dependency'],
    when: holdsMore,
    why: 'the calls to the other service are made while a connection is held, and the queue for connections is longer than they are',
  },
  {
    causes: ['slow-dependency'],
    explains: ['pool-exhausted', 'pooler-wait'],
    when: holdsMore,
    why: 'connections are held while the other service is waited for, and that takes longer than the queue for them',
  },
  {
    causes: ['retry-amplification'],
    explains: ['slow-dependency'],
    why: 'repeated calls are what the other service is busy with',
  },
  {
    causes: ['row-lock'],
    explains: ['slow-dependency'],
    why: 'the owner of the row makes its calls while others wait for it',
  },
  {
    causes: [...lockCauses],
    explains: ['missing-index'],
    why: 'the statement takes its time waiting for a lock, not reading',
  },
  {
    causes: ['non-sargable-predicate', 'stale-statistics'],
    explains: ['missing-index'],
    when: sameStatement,
    why: 'the rows are read because of how the statement is written or planned; another index would not be used',
  },
  {
    causes: ['stale-statistics'],
    explains: ['sort-spill'],
    when: sameStatement,
    why: 'the plan was given memory for fewer rows than came',
  },
  {
    causes: ['missing-index', 'non-sargable-predicate', 'stale-statistics', 'sort-spill', 'n-plus-one'],
    explains: ['row-volume'],
    when: sameStatement,
    why: 'the rows that travel are not what takes the time of this statement',
  },
  {
    causes: ['n-plus-one', 'row-volume'],
    explains: ['hot-function'],
    why: 'the service burns its CPU on what this makes it fetch',
  },
  { causes: ['n-plus-one', 'row-volume'], explains: ['serialization'], why: 'what is fetched is decoded and encoded again' },
  { causes: ['row-volume'], explains: ['gc-pressure'], why: 'rows that are fetched are garbage a moment later' },
  {
    causes: ['missing-index', 'non-sargable-predicate', 'n-plus-one', 'expensive-query'],
    explains: ['cpu-starved'],
    why: 'the database that has the CPU works for this statement',
  },
  {
    causes: ['event-loop-blocked'],
    explains: [...codeCauses],
    why: 'the frames that lead the profile belong to the route that holds the loop',
  },
  { causes: ['gc-pressure'], explains: ['hot-function'], why: 'the function that allocates is charged with the collector that it feeds' },
  {
    causes: ['cpu-starved'],
    explains: [...codeCauses],
    when: (pair, context) => holdsHalf(pair) && wouldFit(context),
    why: 'with the CPU that it may use the service would have time enough for what the profile shows',
  },
];

/** Is at least half of what a function burns in the driver of its database? */
function burnsInDriver({ location }: Candidate, { input }: RuleContext): boolean {
  const { profile } = input;
  const named = functionKey({ name: location.frame ?? '', module: location.file ?? '', line: location.line ?? null });
  const isIt = (frame: Frame): boolean => functionKey({ ...frame, module: frameLocation(frame).file ?? '' }) === named;
  const work = profile === null ? [] : ownWork(profile, 'orm', 'database-driver').filter(({ frame }) => isIt(frame));
  const all = profile === null ? [] : ownWork(profile, ...profileCategories).filter(({ frame }) => isIt(frame));
  return work.length > 0 && 2 * (work[0]?.share ?? 0) >= (all[0]?.share ?? 0);
}

const has = (ids: CausalRow['causes'], id: CauseId): boolean => ids === 'any' || ids.includes(id);

/** Why `other` is a consequence of `cause`; null when it is none. */
export function whyConsequence(pair: Pair, context: RuleContext): string | null {
  const { cause, other } = pair;
  if (cause === other || cause.id === other.id) return null;
  const row = causality.find(
    ({ causes, explains, when = holdsHalf }) => has(causes, cause.id) && has(explains, other.id) && when(pair, context),
  );
  return row?.why ?? null;
}

/** Causes that explain waiting inside the process. Beside any other cause, that waiting has a reason of its own. */
export const accountsForInside: ReadonlySet<CauseId> = new Set([
  'thread-pool-starvation',
  'pool-exhausted',
  'connection-leak',
  'connection-limit',
  'connection-per-request',
  'cpu-starved',
  // It pauses between its tries.
  'retry-amplification',
  'inside-wait',
]);
