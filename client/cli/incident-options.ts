/** Shared by the commands on an incident. */
export const incidentArgument = ['<incident>', 'incident id, or SERVICE/ENDPOINT for the newest one there'] as const;
export const byOption = ['--by <name>', 'who acts (default: the user of this shell)'] as const;

export interface Signed {
  by?: string;
  reason?: string;
}
