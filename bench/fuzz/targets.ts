import { alertTargets } from './alert-targets.js';
import { loadTargets } from './load-targets.js';
import { planTargets } from './plan-targets.js';
import { profileTargets, projectRoot } from './profile-targets.js';
import type { FuzzTarget } from './target.js';

/** Every reader of bytes that come from outside: one line a kind. */
export function fuzzTargets(): FuzzTarget[] {
  return [...profileTargets(projectRoot), ...planTargets(projectRoot), ...loadTargets(projectRoot), ...alertTargets(projectRoot)];
}
