import { defineSearchAttributeKey } from '@temporalio/common';

/** How incidents are found in the list. Never a secret: search attributes are not encrypted anywhere. */
export const perfService = defineSearchAttributeKey('PerfService', 'KEYWORD');
export const perfEndpoint = defineSearchAttributeKey('PerfEndpoint', 'KEYWORD');
export const perfPhase = defineSearchAttributeKey('PerfPhase', 'KEYWORD');
/** Outcome of the incident; before there is one, the verdict of the confirmation. */
export const perfVerdict = defineSearchAttributeKey('PerfVerdict', 'KEYWORD');
export const perfSeverity = defineSearchAttributeKey('PerfSeverity', 'KEYWORD');
export const perfP95Ms = defineSearchAttributeKey('PerfP95Ms', 'DOUBLE');
export const perfNeedsHuman = defineSearchAttributeKey('PerfNeedsHuman', 'BOOL');

/** All of them, for registration: 5 of the 10 Keyword slots that SQL stores have, 1 of 3 Double, 1 of 3 Bool. */
export const incidentSearchAttributes = [
  perfService,
  perfEndpoint,
  perfPhase,
  perfVerdict,
  perfSeverity,
  perfP95Ms,
  perfNeedsHuman,
] as const;
