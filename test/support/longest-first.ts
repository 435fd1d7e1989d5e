import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { namedFiles } from './named-files.js';

/** Files of a minute and more: one that starts last keeps everybody waiting. The rest goes by what is known of it, on a new machine by its size. */
const longest = namedFiles([
  'test/end-to-end/bisect.test.ts',
  'test/end-to-end/bisect-worker-crash.test.ts',
  'test/end-to-end/worker-crash.test.ts',
  'test/client/cli.test.ts',
  'test/adapters/k6/k6.test.ts',
]);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.some((file) => moduleId.endsWith(file));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
