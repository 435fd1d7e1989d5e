import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Catalog } from '../../config/catalog.js';
import { unknownFinding, type CheckArea, type CheckRow, type Finding } from '../../core/command/checks/check.js';
import { EvidenceUnavailableError, UnreadableInputError } from '../../core/model/errors.js';
import type { Check, CheckWorld, PlannedLook } from './check.js';
import { checks } from './registry.js';
import { createSharing } from './shared.js';
import { startDeadline, withinTime } from './time-limit.js';

/** All looks of a run together: at five minutes of an incident a later answer is none (knowledge of incident command, §7). */
export const checksWithinMs = 20_000;
/** What is left for those that begin last, when the first ones take all they may. */
const heavyReserveMs = 6_000;
/** A connection that does not close in this time is left behind. */
const releaseWithinMs = 1_000;

export interface CheckOrder {
  catalog: Catalog;
  services: readonly string[];
  /** Null: all. */
  areas: readonly CheckArea[] | null;
  signal: AbortSignal;
  /** Time for all of them; default `checksWithinMs`. */
  budgetMs?: number;
  /** Each row as it comes. */
  onRow?: (row: CheckRow) => void;
}

/** What a look threw, in the words of a row. Messages of drivers hold no password: the openers of connections see to that. */
function unseen(error: unknown, isLate: boolean, budgetMs: number): Finding {
  if (isLate)
    return unknownFinding(
      `no result within ${budgetMs / 1000} s`,
      'Look at it by hand: what answers so late is either down or cannot be reached from here.',
    );
  if (error instanceof EvidenceUnavailableError) return unknownFinding(error.missing.why, error.missing.remedy);
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  if (error instanceof UnreadableInputError) return unknownFinding(message, 'Correct it in the catalog.');
  return unknownFinding(message, 'Look at it by hand; this look could not be made from here.');
}

async function lookAt(check: Check, { target, look }: PlannedLook, signal: AbortSignal, budgetMs: number): Promise<CheckRow> {
  const startedAt = performance.now();
  let finding: Finding;
  try {
    finding = await withinTime(signal, look);
  } catch (error) {
    finding = unseen(error, signal.aborted, budgetMs);
  }
  return { id: check.id, area: check.area, target, ...finding, tookMs: Math.round(performance.now() - startedAt) };
}

async function runPart(
  part: readonly Check[],
  world: CheckWorld,
  signal: AbortSignal,
  budgetMs: number,
  onRow: (row: CheckRow) => void,
): Promise<CheckRow[]> {
  const looks = part.flatMap((check) => check.plan(world).map((planned) => ({ check, planned })));
  return await Promise.all(
    looks.map(async ({ check, planned }) => {
      const row = await lookAt(check, planned, signal, budgetMs);
      onRow(row);
      return row;
    }),
  );
}

/**
 * Looks at everything at once, read-only. Complete within the budget whatever hangs: what has not answered by then is `unknown`. Rejects only with the
 * reason of `signal`. Rows come in the order of the registry.
 */
export async function runChecks({
  catalog,
  services,
  areas,
  signal,
  budgetMs = checksWithinMs,
  onRow = () => undefined,
}: CheckOrder): Promise<CheckRow[]> {
  signal.throwIfAborted();
  const whole = startDeadline(signal, budgetMs);
  const first = startDeadline(whole.signal, Math.max(budgetMs - heavyReserveMs, budgetMs / 2));
  // Every look listens, and there may be hundreds.
  setMaxListeners(0, whole.signal, first.signal);
  const { share, release } = createSharing(whole.signal);
  const world = { catalog, services, share };
  const wanted = checks.filter(({ area }) => areas === null || areas.includes(area));
  try {
    const light = wanted.filter(({ isHeavy }) => isHeavy !== true);
    const rows = await runPart(light, world, first.signal, budgetMs, onRow);
    const heavy = wanted.filter(({ isHeavy }) => isHeavy === true);
    rows.push(...(await runPart(heavy, world, whole.signal, budgetMs, onRow)));
    signal.throwIfAborted();
    const order = checks.map(({ id }) => id);
    return rows.sort((left, right) => order.indexOf(left.id) - order.indexOf(right.id));
  } finally {
    first.end();
    await Promise.race([release().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, releaseWithinMs).unref())]);
    whole.end();
  }
}
