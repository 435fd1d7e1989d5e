/** What must not go outside, found before it does. Errors stop a publication; warnings are told to whoever approves. Findings never quote the text. */
import type { PublicStatus } from './publication.js';

export const updateRules = {
  secret: { isError: true, advice: 'it looks like a password, key or token: leave it out, and change it where it is used' },
  address: { isError: true, advice: 'a host name or network address: name the part of the product that users see' },
  sql: { isError: true, advice: 'a database statement: say what users experience' },
  'internal-word': { isError: true, advice: 'a word of incidents.lint.words: it never goes out' },
  person: { isError: true, advice: 'a name or mail address of a person: write "we"' },
  ticket: { isError: true, advice: 'the number of a ticket: readers cannot open it' },
  blame: { isError: true, advice: 'blame: say what the system did, not whose fault it is' },
  promise: {
    isError: true,
    advice: 'a promise without a time, or one that nobody can keep: say what is done now, and when the next update comes',
  },
  jargon: { isError: false, advice: 'a technical word: say what users experience' },
  'next-update': { isError: false, advice: 'no time of the next update: write e.g. "The next update follows by 15:30 UTC."' },
  impact: { isError: false, advice: 'nothing says what users experience: write e.g. "Some customers see errors when they pay."' },
} as const;
export type UpdateRule = keyof typeof updateRules;

export interface UpdateIssue {
  rule: UpdateRule;
  /** 1-based; null: of the whole text. */
  line: number | null;
}

/** Hosts by what only machines are called: inner domains, a port, a number after a role, three labels and more. */
const addresses: readonly RegExp[] = [
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/,
  /\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b|(?<![\w:])(?:[0-9a-f]{1,4}:)+:[0-9a-f]{0,4}\b/i,
  /\blocalhost\b/i,
  /\b[\w-]+(?:\.[\w-]+)*\.(?:internal|local|localdomain|lan|corp|intra|intranet|svc|cluster|consul|home|arpa)\b/i,
  /\b[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*:\d{2,5}\b/i,
  /\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\.[a-z]{2,}\b/i,
  /\b(?:db|sql|pg|mysql|redis|cache|web|www|app|api|srv|server|node|host|vm|ip|ec2|k8s|pod|worker|prod|stage|lb|proxy|kafka|queue)[a-z0-9]*(?:-[a-z0-9]+)*-\d+\b/i,
  /\b(?:db|srv|web|app|node|host|vm|pg|lb)\d{1,4}\b/i,
];

const statements: readonly RegExp[] = [
  /\bSELECT\b[\s\S]{1,200}?\bFROM\b/,
  /\bselect\s+(?:\*|[\w.]+(?:\s*,\s*[\w.]+)*)\s+from\s+[\w."]+\s*(?:where|join|;|$)/i,
  /\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET|TRUNCATE\s+TABLE)\b/i,
  /\b(?:CREATE|ALTER|DROP)\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|DATABASE|VIEW|ROLE)\b/i,
  /\bpg_[a-z_]{3,}/i,
];

const secrets: readonly RegExp[] = [
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@]+@/i,
  /\b(?:password|passwd|pwd|secret|token|api[-_ ]?key)["']?\s*[=:]\s*\S{3,}/i,
  /\b(?:Bearer|Basic|OAuth)\s+[\w+/.=-]{8,}/,
  /-----BEGIN [A-Z ]+-----/,
  /\beyJ[\w-]{8,}\./,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|AIza)[\w-]{10,}/,
  // Forty random characters are a key, a checksum or a session: nothing that a reader needs.
  /\b(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{32,}\b/,
];

const blame: readonly RegExp[] = [
  /\b(?:careless\w*|negligen\w*|incompeten\w*|human error|to blame|blame[ds]?)\b/i,
  /\b(?:at fault|fault of|(?:his|her|their|whose) fault)\b/i,
  /\b(?:an?|our|the|one of our)\s+(?:new\s+|junior\s+)?(?:engineer|developer|operator|administrator|admin|intern|employee|colleague|vendor|supplier|provider|hoster)s?\s+(?:\w+\s+)?(?:broke|caused|made|pushed|deleted|forgot|failed|misconfigured|messed)\b/i,
];

/** When something ends: a time of day, or a span. */
const hasTime = /\b\d{1,2}:\d{2}\b|\b(?:within|in)\s+(?:about\s+|the next\s+)?\d+\s*(?:s|sec|seconds?|m|min|minutes?|h|hours?|days?)\b/i;
const vague = /\b(?:soon|shortly|asap|as soon as possible|any (?:minute|moment)|momentarily|in no time)\b/i;
const promised = /\b(?:will|going to|expect(?:ed)?(?: it)? to)\s+be\s+(?:fixed|resolved|restored|repaired|back|available|solved|over)\b/i;
const unkeepable = /\b(?:never happen again|(?:will|does) not happen again|won['’]t happen again|guarantee[ds]?|we promise)\b/i;

const jargon =
  /\b(?:p9[59]|p50|latency|OOM|heap|garbage collection|thread pool|connection pool|deadlocks?|replica(?:tion)?|failover|pods?|kubernetes|k8s|containers?|roll(?:ed)? ?back|deploy(?:ment|ed|s)?|cache|redis|postgres(?:ql)?|mysql|mariadb|kafka|nginx|upstream|timeouts?|5xx|50[0-4]s?|HTTP \d{3}|null pointer|stack ?trace|exception|CPU|backend|endpoints?|shards?|query|queries|SQL|DNS|TLS|load balancer|SEV[1-4])\b|\b(?:GET|POST|PUT|PATCH|DELETE) \//i;

/** Upper-case letters, a dash and digits that everybody knows. */
const noTicket = /^(?:UTF|SHA|ISO|HTTP|COVID|SEV|INC|UTC|GMT|AES|MP|A|B|C)-/;
const ticket = /\b[A-Z][A-Z0-9]{1,9}-\d{1,7}\b/g;
const mail = /\b[\w.+-]+@[\w-]+\.[\w.-]+\b/;
const nextUpdate = /\bnext update\b|\bupdate (?:you )?(?:again )?(?:within|by|at|in|follows)\b|\bagain by\b/i;
const users = /\b(?:you|your|users?|customers?|visitors?|shoppers?|people|everybody|everyone|nobody|requests?)\b/i;

function hasWord(text: string, word: string): boolean {
  const pattern = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'iu').test(text);
}

export interface UpdateSituation {
  status: PublicStatus;
  /** `incidents.lint.words`. */
  words: readonly string[];
  /** Names and keys of people. */
  people: readonly string[];
}

const any = (patterns: readonly RegExp[], text: string): boolean => patterns.some((pattern) => pattern.test(text));

function isPromise(line: string): boolean {
  // A time counts for its own sentence.
  return line
    .split(/(?<=[.!?])\s+/)
    .some((sentence) => unkeepable.test(sentence) || vague.test(sentence) || (promised.test(sentence) && !hasTime.test(sentence)));
}

function rulesOf(line: string, { words, people }: UpdateSituation): UpdateRule[] {
  const found: Record<Exclude<UpdateRule, 'next-update' | 'impact'>, boolean> = {
    secret: any(secrets, line),
    address: any(addresses, line.replaceAll(new RegExp(mail, 'g'), '')),
    sql: any(statements, line),
    'internal-word': words.some((word) => hasWord(line, word)),
    person: mail.test(line) || people.some((name) => hasWord(line, name)),
    ticket: [...line.matchAll(ticket)].some(([text]) => !noTicket.test(text)),
    blame: any(blame, line),
    promise: isPromise(line),
    jargon: jargon.test(line),
  };
  return (Object.keys(found) as (keyof typeof found)[]).filter((rule) => found[rule]);
}

/** Hidden and look-alike characters must not carry a word past the rules. */
function plain(text: string): string {
  return text.normalize('NFKC').replaceAll(/[\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]/g, '');
}

/** Findings of an update for outside, errors first. */
export function lintUpdate(text: string, situation: UpdateSituation): UpdateIssue[] {
  const shown = plain(text);
  const lines = shown.split(/\r?\n/).flatMap((line, index) => rulesOf(line, situation).map((rule) => ({ rule, line: index + 1 })));
  const whole: UpdateIssue[] = any(statements, shown) && !lines.some(({ rule }) => rule === 'sql') ? [{ rule: 'sql', line: null }] : [];
  if (situation.status !== 'resolved' && !nextUpdate.test(shown)) whole.push({ rule: 'next-update', line: null });
  if (!users.test(shown)) whole.push({ rule: 'impact', line: null });
  const isError = ({ rule }: UpdateIssue): boolean => updateRules[rule].isError;
  const all = [...lines, ...whole];
  return [...all.filter(isError), ...all.filter((issue) => !isError(issue))];
}

/** One finding as a sentence. */
export function describeIssue({ rule, line }: UpdateIssue): string {
  return `${line === null ? '' : `line ${line}: `}${updateRules[rule].advice}`;
}

export function stopsPublication({ rule }: UpdateIssue): boolean {
  return updateRules[rule].isError;
}
