import type { ChangeSource } from './change-source.js';
import { gitCommits } from './git.js';
import { postedChanges } from './posted-changes.js';

/** Everything that is asked what changed, in the order in which it is shown. */
export const changeSources: readonly ChangeSource[] = [postedChanges, gitCommits];
