/** Begins the one line of k6's log with which the script hands over a failing answer. */
export const failedAnswerMark = 'perf-responder failed answer ';

/** One answer that failed: what it is counted as, and the beginning of its body without what could be a value of somebody. */
export interface FailedAnswer {
  answer: string;
  body: string;
}

/** A sentence or two of an error page say what failed; more of it is layout. */
const keptCharacters = 300;

const gone = '[redacted]';
/** What bodies of errors quote: addresses, tokens, keys of rows, numbers of cards and customers. */
const values: [RegExp, string][] = [
  // eslint-disable-next-line regexp/no-super-linear-move -- the script hands over 2,000 characters of a body
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, gone],
  [/\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}/g, gone],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${gone}`],
  [/:\/\/(?<=[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `://${gone}@`],
  [/\b(password|passwd|pwd|secret|token|api[-_]?key)(["']?\s*[=:]\s*["']?)[^\s"'&,;)]{3,}/gi, `$1$2${gone}`],
  [/=\s*\([^)]*\)/g, `=(${gone})`],
  [/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/gi, gone],
  // eslint-disable-next-line regexp/no-super-linear-move -- nothing stands behind the digits that could fail
  [/\d{5,}/g, gone],
];

/** Reads the line of the script; null for any other line. */
export function readFailedAnswer(line: string): FailedAnswer | null {
  if (!line.startsWith(failedAnswerMark)) return null;
  try {
    const parsed: unknown = JSON.parse(line.slice(failedAnswerMark.length));
    if (typeof parsed !== 'object' || parsed === null || !('answer' in parsed) || !('body' in parsed)) return null;
    return { answer: String(parsed.answer), body: bodyToKeep(String(parsed.body)) };
  } catch {
    return null;
  }
}

/** Redacted before it is cut: half a value is one, too. */
function bodyToKeep(body: string): string {
  const text = values.reduce((kept, [pattern, instead]) => kept.replace(pattern, instead), body.replace(/\s+/g, ' ').trim());
  return text.length <= keptCharacters ? text : `${text.slice(0, keptCharacters)}…`;
}
