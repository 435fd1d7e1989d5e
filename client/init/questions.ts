/** Questions on a terminal, answered again when an answer cannot be read; elsewhere the proposal is the answer. */
import { createInterface } from 'node:readline/promises';
import { UnreadableInputError } from '../../core/model/errors.js';

/** `read` throws UnreadableInputError for an answer that is none: on a terminal it is told, and the question comes again. */
export type Ask = <T>(question: string, proposal: string, read: (answer: string) => T) => Promise<T>;

const proposalsOnly: Ask = (_question, proposal, read) => Promise.resolve(read(proposal));

/** Rejects with what `abandoned` makes as soon as the person gives up (Ctrl-C, Ctrl-D, a closed terminal). */
export async function withQuestions<T>(isInteractive: boolean, abandoned: () => Error, work: (ask: Ask) => Promise<T>): Promise<T> {
  if (!isInteractive) return await work(proposalsOnly);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  let isDone = false;
  const givenUp = new Promise<never>((_resolve, reject) => {
    lines.once('close', () => (isDone ? undefined : reject(abandoned())));
  });
  // When the work ends first, nobody waits for this.
  givenUp.catch(() => undefined);
  const ask: Ask = async (question, proposal, read) => {
    for (;;) {
      const answer = (await lines.question(`${question} [${proposal}] `)).trim();
      try {
        return read(answer === '' ? proposal : answer);
      } catch (error) {
        if (!(error instanceof UnreadableInputError)) throw error;
        process.stderr.write(`  ${error.message}\n`);
      }
    }
  };
  const working = work(ask);
  // Giving up rejects the pending question too, which is no news then.
  working.catch(() => undefined);
  try {
    return await Promise.race([givenUp, working]);
  } finally {
    isDone = true;
    lines.close();
  }
}
