export const outcomes = [
  'localized',
  'mixed',
  'capacity',
  'not-reproduced',
  'unproven',
  'inconclusive',
  'refused',
  'resolved',
  'still-failing',
] as const;

export type Outcome = (typeof outcomes)[number];

export const phases = ['accepted', 'confirming', 'diagnosing', 'waiting', 'remedying', 'verifying', 'ended'] as const;

export type Phase = (typeof phases)[number];
