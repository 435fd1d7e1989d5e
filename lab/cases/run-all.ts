import { unexpectedEnds } from '../stack/child-program.js';
import { notRun, problemOf, runCase, type CaseOptions, type CaseResult, type LabCase, type Responder } from './run-case.js';

/** A responder and what it is to be tried on. All of it can be given back and started anew. */
export interface LabPlace {
  start: () => Promise<{ responder: Responder; cases: LabCase[] }>;
  stop: () => Promise<void>;
}

interface RunAllOptions extends CaseOptions {
  /** Each case so often. */
  repeat: number;
  onResult: (labCase: LabCase, result: CaseResult) => void;
  say: (message: string) => void;
}

type Started = Awaited<ReturnType<LabPlace['start']>>;

/** Gives the place for the next case: a new one where something of it has ended that nobody ended. */
function keepUp(place: LabPlace, say: (message: string) => void): () => Promise<Started> {
  let endsKnown = unexpectedEnds().length;
  let current: Started | null = null;
  return async () => {
    if (current !== null && unexpectedEnds().length === endsKnown) return current;
    if (current !== null) {
      say('something of the lab has ended by itself: it is started anew');
      current = null;
      await place.stop();
    }
    endsKnown = unexpectedEnds().length;
    current = await place.start();
    return current;
  };
}

/**
 * Every case in turn, as often as is asked for. What could not be run is tried once more at the end, and is told as not run when that is in vain, too. The
 * caller stops the place. Rejects when the place cannot be started at all.
 */
export async function runAll(place: LabPlace, options: RunAllOptions): Promise<CaseResult[]> {
  const startedPlace = keepUp(place, options.say);
  const { cases } = await startedPlace();
  const results = new Map<string, CaseResult>();
  const run = async (one: LabCase, key: string): Promise<void> => {
    const started = await startedPlace().catch((error: unknown) => problemOf(error));
    // Of the place as it stands now: its ports are others than before.
    const labCase = typeof started === 'string' ? one : (started.cases.find(({ name }) => name === one.name) ?? one);
    const result =
      typeof started === 'string'
        ? notRun(labCase, `the lab could not be started: ${started}`)
        : await runCase(started.responder, labCase, options);
    results.set(key, result);
    options.onResult(labCase, result);
  };
  const turns = Array.from({ length: options.repeat }, (_, round) => cases.map((one) => ({ one, key: `${round} ${one.name}` }))).flat();
  for (const { one, key } of turns) await run(one, key);
  for (const { one, key } of turns) if (results.get(key)?.notRun !== null) await run(one, key);
  return [...results.values()];
}
