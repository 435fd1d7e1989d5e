/** Marks every session and every statement of the responder, so that a DBA sees whose they are and so that it never counts itself. */
export const responderName = 'perf-incident-responder';

export function isOwnStatement(text: string): boolean {
  return text.includes(`/* ${responderName} */`);
}

/** The comment stands behind the first word: servers cut off what is in front of a statement. */
export function asOwnStatement(statement: string): string {
  return statement.replace(/^\s*(\w+)/, `$1 /* ${responderName} */`);
}
