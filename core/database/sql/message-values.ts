/**
 * A message of the server without the values that it quotes (`invalid input syntax for type integer: "…"`). Quoted names of relations and columns
 * stay.
 */
export function messageWithoutValues(message: string): string {
  return message
    .replace(/(: |\bvalue |=\s*)"[^"]*"/g, '$1"?"')
    .replace(/"([^"]*)"/g, (match: string, inner: string) => (/^[a-z_][a-z0-9_$.]*$/i.test(inner) ? match : '"?"'))
    .replace(/(^|[\s(=])'[^']*'/g, "$1'?'")
    .replace(/\)=\([^)]*\)/g, ')=(?)');
}
