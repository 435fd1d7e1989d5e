import { UnreadableInputError } from '../../core/model/errors.js';
import { mutate, numbers } from './mutate.js';
import type { FuzzTarget } from './target.js';

export interface FuzzResult {
  id: string;
  inputs: number;
  /** Of them, how many were read and not refused. */
  read: number;
  slowestMs: number;
  findings: Finding[];
}

export interface Finding {
  /** Give it to `--seed` with the same target: the first input is this one. */
  seed: number;
  what: string;
}

export interface FuzzLimits {
  /** So many seconds of processor time, which other work on the machine does not shorten; or so many inputs, which are the same on every machine. */
  budget: { seconds: number } | { inputs: number };
  firstSeed: number;
  /** An input of a few hundred kilobytes that takes longer takes quadratic time. */
  slowMs: number;
  /** Growth of the process over what it held at the start. */
  memoryMb: number;
  stopAtFinding?: boolean;
}

/** The damaged file of a seed. */
export function inputOf(target: FuzzTarget, seed: number): Uint8Array {
  const random = numbers(seed);
  const base = target.seeds[Math.floor(random() * target.seeds.length)] ?? new Uint8Array([0]);
  return mutate(base, random);
}

/** Damages good files until the budget is used up; `begin` hears of each input before it is read. */
export async function fuzz(
  target: FuzzTarget,
  limits: FuzzLimits,
  begin: (seed: number, soFar: FuzzResult) => void = () => undefined,
): Promise<FuzzResult> {
  const result: FuzzResult = { id: target.id, inputs: 0, read: 0, slowestMs: 0, findings: [] };
  const startMb = process.memoryUsage.rss() / 1048576;
  const cpuAtStart = process.cpuUsage();
  const isOver = (): boolean =>
    'inputs' in limits.budget ? result.inputs >= limits.budget.inputs : cpuMsSince(cpuAtStart) >= limits.budget.seconds * 1000;
  for (let seed = limits.firstSeed; !isOver() && result.findings.length < 10; seed++) {
    const input = inputOf(target, seed);
    begin(seed, result);
    const startedMs = performance.now();
    const cpuBefore = process.cpuUsage();
    const what = await outcome(target, input);
    // Other work on the machine makes no input slow: the processor's own time counts.
    const tookMs = Math.min(performance.now() - startedMs, cpuMsSince(cpuBefore));
    result.inputs++;
    if (what === 'read') result.read++;
    result.slowestMs = Math.max(result.slowestMs, tookMs);
    const found =
      what !== 'read' && what !== 'refused'
        ? what
        : tookMs > limits.slowMs
          ? `took ${tookMs.toFixed(0)} ms for ${input.length} bytes`
          : null;
    if (found !== null) result.findings.push({ seed, what: found });
    const grownMb = await grownBy(target, input, startMb, limits.memoryMb);
    if (grownMb > limits.memoryMb) {
      result.findings.push({ seed, what: `the process grew by ${grownMb.toFixed(0)} MB` });
      break;
    }
    if (limits.stopAtFinding === true && result.findings.length > 0) break;
  }
  return result;
}

/** Megabytes. Where the garbage of many inputs may have come together (a busy machine collects it late), it is collected and the last one read once more. */
async function grownBy(target: FuzzTarget, input: Uint8Array, startMb: number, limitMb: number): Promise<number> {
  const grownMb = (): number => process.memoryUsage.rss() / 1048576 - startMb;
  if (grownMb() <= limitMb || globalThis.gc === undefined) return grownMb();
  globalThis.gc();
  await outcome(target, input);
  return grownMb();
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function outcome(target: FuzzTarget, input: Uint8Array): Promise<string> {
  try {
    await target.read(input);
    return 'read';
  } catch (error) {
    if (error instanceof UnreadableInputError) return 'refused';
    return error instanceof Error
      ? `${error.name}: ${error.message}\n${(error.stack ?? '').split('\n').slice(1, 4).join('\n')}`
      : String(error);
  }
}
