/** Asks questions on a terminal, again when an answer cannot be read. Without a terminal the proposal is the answer. */
import { createInterface } from 'node:readline/promises';
import { UnreadableInputError } from '../../core/model/errors.js';

/** `read` throws UnreadableInputError for an unusable answer: on a terminal the message is shown and the question repeated. */
export type Ask = <T>(question: string, proposal: string, read: (answer: string) => T) => Promise<T>;

const proposalsOnly: Ask = (_question, proposal, read) => Promise.resolve(read(proposal));

/** Rejects with the error that `abandoned` makes as soon as the person gives up (Ctrl-C, Ctrl-D, a closed terminal). */
export async function withQuestions<T>(isInteractive: boolean, abandoned: () => Error, work: (ask: Ask) => Promise<T>): Promise<T> {
  if (!isInteractive) return await work(proposalsOnly);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  let isDone = false;
  const givenUp = new Promise<never>((_resolve, reject) => {
    lines.once('close', () => (isDone ? undefined : reject(abandoned())));
  });
  // When the work ends first, nobody waits for this promise.
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
  // Giving up also rejects the pending question, which needs no report of its own.
  working.catch(() => undefined);
  try {
    return await Promise.race([givenUp, working]);
  } finally {
    isDone = true;
    lines.close();
  }
}
