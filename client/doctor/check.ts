/** `failed`: nothing works without it. `missing`: there is less evidence without it. */
export interface Check {
  id: string;
  status: 'ok' | 'missing' | 'failed';
  /** What was looked for. */
  what: string;
  /** What is there. */
  found: string;
  /** The exact thing to do; null when nothing is to be done. */
  remedy: string | null;
}

export function ok(id: string, what: string, found: string): Check {
  return { id, status: 'ok', what, found, remedy: null };
}

export function lacking(id: string, what: string, found: string, remedy: string): Check {
  return { id, status: 'missing', what, found, remedy };
}

export function failed(id: string, what: string, found: string, remedy: string): Check {
  return { id, status: 'failed', what, found, remedy };
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
