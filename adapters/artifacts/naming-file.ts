import { UnreadableInputError } from '../../core/model/errors.js';

/** What is wrong with a file is told with its name: of several on one command line, and in a log, nobody knows which was meant. */
export async function namingFile<T>(file: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnreadableInputError) || error.message.includes(file)) throw error;
    throw new UnreadableInputError(`${file === '-' ? 'standard input' : file}: ${error.message}`, { cause: error });
  }
}
