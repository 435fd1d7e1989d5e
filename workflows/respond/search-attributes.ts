import { defineSearchAttributeKey } from '@temporalio/common';

/** Used to find incidents in the list. They never contain a secret, because search attributes are not encrypted. */
export const perfService = defineSearchAttributeKey('PerfService', 'KEYWORD');
export const perfEndpoint = defineSearchAttributeKey('PerfEndpoint', 'KEYWORD');
export const perfPhase = defineSearchAttributeKey('PerfPhase', 'KEYWORD');
/** Outcome of the incident, or the verdict of the confirmation before there is an outcome. */
export const perfVerdict = defineSearchAttributeKey('PerfVerdict', 'KEYWORD');
export const perfSeverity = defineSearchAttributeKey('PerfSeverity', 'KEYWORD');
export const perfP95Ms = defineSearchAttributeKey('PerfP95Ms', 'DOUBLE');
export const perfNeedsHuman = defineSearchAttributeKey('PerfNeedsHuman', 'BOOL');

/** Only on incidents that people are called for. */
export const incSeverity = defineSearchAttributeKey('IncSeverity', 'KEYWORD');
export const incStatus = defineSearchAttributeKey('IncStatus', 'KEYWORD');
export const incCommander = defineSearchAttributeKey('IncCommander', 'KEYWORD');
/** Every affected service: `IncService = "shop"` finds an incident of several. */
export const incService = defineSearchAttributeKey('IncService', 'KEYWORD_LIST');

/** All of them, for registration: 8 of the 10 Keyword slots that SQL stores have, 1 of 3 each of Keyword lists, Double and Bool. */
export const incidentSearchAttributes = [
  perfService,
  perfEndpoint,
  perfPhase,
  perfVerdict,
  perfSeverity,
  perfP95Ms,
  perfNeedsHuman,
  incSeverity,
  incStatus,
  incCommander,
  incService,
] as const;
