import type { CommandState } from './command-state.js';

export interface UsedLink {
  id: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** Why a signed link acts no more; null: it does. What was done without a link passes. */
export function refuseLink(state: CommandState, link: UsedLink | undefined, nowMs: number): string | null {
  if (link === undefined) return null;
  if (Date.parse(link.expiresAt) <= nowMs) return 'this link has expired; open the page of the incident';
  return state.usedLinks[link.id] === undefined ? null : 'this link was used already; open the page of the incident';
}

/** Spends the link. Those that died by themselves are forgotten, so that the list stays short. */
export function spendLink(state: CommandState, link: UsedLink | undefined, nowMs: number): void {
  if (link === undefined) return;
  const alive = Object.entries(state.usedLinks).filter(([, expiresAtMs]) => expiresAtMs > nowMs);
  state.usedLinks = { ...Object.fromEntries(alive), [link.id]: Date.parse(link.expiresAt) };
}
