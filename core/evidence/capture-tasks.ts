import type { CaptureTask } from '../model/target.js';
import type { CaptureKind, CaptureTarget } from './capture-kind.js';

/**
 * What is captured while a load runs on this target. The workflow gets the list from the activity that resolves the target, so that it is a part of its
 * history: a worker that knows one kind more does not change what a running incident does.
 */
export function captureTasks(kinds: readonly CaptureKind[], target: CaptureTarget): CaptureTask[] {
  return kinds.flatMap(({ id, scope, stage, what, title, longestMs }) => {
    const words = scope === 'window' ? title(target) : null;
    return words === null ? [] : [{ kind: id, stage, what, title: words, longestMs }];
  });
}
