import type { z } from 'zod';

/** One connection of the responder. Every statement carries its name as a comment. */
export interface Session {
  /** `address:port` of the server, as a socket of another client would show it. */
  readonly peer: string;
  readonly major: number;
  readonly serverVersion: string;
  /** Rows, each parsed by the schema. Values are bound as `$1`…; without values the simple protocol is used. */
  query<T>(statement: string, rowSchema: z.ZodType<T>, values?: unknown[]): Promise<T[]>;
  run(statement: string): Promise<void>;
  close(): Promise<void>;
}

/** SQLSTATE of a server error, or the system's code (`ECONNREFUSED`); null for anything else. */
export function errorCode(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
