/** One history with everything that makes bisecting hard: a merge with the culprit on its side, commits that do not build, one that fails fast. */
import type { CommitSpec } from './git-history.js';
import { builds, cheap, dear, doesNotBuild, failing, firstCommit, note, priceFile } from './services/priced-service.js';

const notes = (from: number, to: number): CommitSpec[] => Array.from({ length: to - from + 1 }, (_, index) => note(from + index));

const sideStart = 20;
const culpritAt = 22;
const mergeAt = 24;

/** 33 commits on the line (0…19 and 24…36); 14…16 do not build, 17 answers with errors; 20…23 are the side that 24 merges. */
export const pricedHistory: readonly CommitSpec[] = [
  firstCommit,
  ...notes(1, 13),
  { message: 'Build with a newer compiler', files: { 'build.js': doesNotBuild } },
  ...notes(15, 15),
  { message: 'Price from a list', files: { [priceFile]: failing } },
  { message: 'Repair the build', files: { 'build.js': builds } },
  { message: 'Repair the prices', files: { [priceFile]: cheap } },
  ...notes(19, 19),
  { ...note(sideStart), parent: 12 },
  ...notes(21, 21),
  { message: 'Sign prices', files: { [priceFile]: dear } },
  ...notes(23, 23),
  {
    message: 'Merge signed prices',
    parent: sideStart - 1,
    merge: mergeAt - 1,
    files: {
      [priceFile]: dear,
      ...(Object.assign({}, ...[sideStart, 21, 23].map((index) => note(index).files)) as Record<string, string>),
    },
  },
  ...notes(25, 36),
];

export const pricedCommits = { culprit: culpritAt, merge: mergeAt, quiet: 13, doNotBuild: [14, 15, 16], failsFast: 17 };
