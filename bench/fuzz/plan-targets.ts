import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readQueryPlan } from '../../core/database/plan/plan.js';
import type { FuzzTarget } from './target.js';

/** Larger files make slow rounds, and their damage is no other. */
const maxSeedBytes = 40_000;

/** Plans of every format in every wrapping: which of them it is, is found from the content. */
export function planTargets(root: string): FuzzTarget[] {
  const folder = join(root, 'fixtures/plans');
  const seeds = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= maxSeedBytes)
    .map((path) => readFileSync(path));
  const read = async (bytes: Uint8Array): Promise<void> => {
    await Promise.resolve();
    requireSoundPlan(new TextDecoder().decode(bytes));
  };
  return [{ id: 'plan', seeds, read }];
}

/** Reads the text. Throws UnreadableInputError, or another error when the times of the plan do not hold together and no finding says so. */
export function requireSoundPlan(text: string): void {
  const { nodes, findings } = readQueryPlan(text);
  if (nodes.some(({ selfMs, inclusiveMs }) => !(selfMs >= 0) || !(inclusiveMs >= 0)))
    throw new Error('a node has a negative time, or none');
  const total = nodes.reduce((sum, { selfMs }) => sum + selfMs, 0);
  const root = nodes[0]?.inclusiveMs ?? 0;
  const isTold = findings.some(({ id }) => id === 'after-root' || id === 'unattributed');
  if (!isTold && Math.abs(total - root) > 0.011 * root)
    throw new Error(`self times add up to ${total} ms in a root of ${root} ms, and no finding says so`);
}
