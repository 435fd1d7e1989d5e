/**
 * `npm run crash [-- --runs N --seed S --from N]`: kill -9 of worker, Temporal, k6 and database at ten moments of an incident. Each run ends with the outcome of an
 * undisturbed one or with an honest other one, never with two loads at a time, a load that is left over, an open inspector or a half-built index. Prints the
 * table; exits 1 when a run broke that.
 */
import { parseArgs } from 'node:util';
import { moments } from './crash/moments.js';
import { victims } from './crash/place.js';
import { problemsOf, runOnce, type Row, type Struck } from './crash/run-once.js';

/** The same sequence for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function lineOf(run: number, row: Row): string {
  const problems = problemsOf(row);
  const killed = row.struck || row.victim === 'nobody' ? row.victim : `${row.victim} (${row.reached ? 'none ran' : 'not reached'})`;
  const found = [row.outcome, row.cause, row.mostOpen, row.leftOver, row.indexes, row.isInspectorOpen ? 'open' : 'closed'];
  const shown = [run, killed, row.moment, ...found, Math.round(row.tookMs / 1000), problems.join(', ')];
  // The last reasons say what became of the part that died.
  return `| ${shown.join(' | ')} | ${row.why} |`;
}

async function main(): Promise<void> {
  const text = (standard: string) => ({ type: 'string', default: standard }) as const;
  const { values } = parseArgs({ options: { runs: text('100'), seed: text('1'), from: text('1') } });
  const random = createRandom(Number(values.seed));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say('| run | killed | moment | outcome | cause | most connections | loads left | index | inspector | s | problem | what it says |');
  say('|---|---|---|---|---|---|---|---|---|---|---|---|');
  let broken = 0;
  const take = async (run: number, victim: Struck, moment: (typeof moments)[number], jitterMs: number): Promise<void> => {
    const row = await runOnce(victim, moment, jitterMs).catch((error: unknown) => String(error));
    if (typeof row === 'string') say(`| ${run} | ${victim} | ${moment.name} | the run itself failed: ${row} |`);
    else say(lineOf(run, row));
    if (typeof row === 'string' || problemsOf(row).length > 0) broken += 1;
  };
  // What an undisturbed one comes to.
  const asked = moments.find(({ asks }) => asks === 'remedy');
  if (asked !== undefined && values.from === '1') await take(0, 'nobody', asked, 0);
  for (let run = 1; run <= Number(values.runs); run += 1) {
    // Each victim meets each moment once in forty runs; the moment moves on with each run.
    const victim = victims[(run - 1 + Math.floor((run - 1) / moments.length)) % victims.length];
    const moment = moments[(run - 1) % moments.length];
    const jitterMs = Math.floor(random() * 500);
    if (moment === undefined || victim === undefined || run < Number(values.from)) continue;
    await take(run, victim, moment, jitterMs);
  }
  say(broken === 0 ? 'no run broke a promise' : `${broken} runs broke a promise`);
  process.exitCode = broken === 0 ? 0 : 1;
}

await main();
