/** Masks secrets in a text that comes in pieces: none is missed because it came in two. */
import { StringDecoder } from 'node:string_decoder';
import { secretForms } from './secret-forms.js';

export const mask = '***';

/** Encoders break their lines; a form of base64 may have a line break anywhere. */
function patternOf(form: string): string {
  const signs = Array.from(form, (sign) => sign.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
  return /^[A-Za-z0-9+/_-]{20,}$/.test(form) ? signs.join('(?:\\r?\\n)?') : signs.join('');
}

/** What looks like a credential, whoever it belongs to. The group stays readable. */
const looksSecret: readonly [RegExp, string][] = [
  [/(authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token|digest)\s+)?)[^\s"',;]+/gi, `$1${mask}`],
  [/\b((?:[\w-]*(?:password|passwd|secret|token|api[_-]?key))["']?\s*[:=]\s*["']?)(?!\*\*\*)[^\s"',;&]+/gi, `$1${mask}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi, `$1${mask}@`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, mask],
];

const pemBegin = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const pemEnd = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
/** A line that never ends is let go in pieces of this size. */
const longestLine = 32 * 1024;

export interface Mask {
  /** What is safe to show of everything up to now. */
  write: (chunk: Uint8Array | string) => string;
  /** The rest. */
  end: () => string;
}

interface KnownForms {
  pattern: RegExp | null;
  longest: number;
}

function knownForms(forms: readonly string[]): KnownForms {
  const pattern = forms.length === 0 ? null : new RegExp(forms.map(patternOf).join('|'), 'g');
  return { pattern, longest: forms[0]?.length ?? 0 };
}

export function createMask(secrets: readonly string[]): Mask {
  return maskOf(knownForms(secretForms(secrets)));
}

function maskOf({ pattern: known, longest }: KnownForms): Mask {
  // A form whose end has not come yet may begin this far from the end; line breaks within count, too.
  const heldBack = 3 * longest;
  const decoder = new StringDecoder('utf8');
  const lines = createLineMask();
  let held = '';
  const take = (text: string, isLast: boolean): string => {
    const masked = known === null ? held + text : (held + text).replaceAll(known, mask);
    const cut = isLast ? masked.length : Math.max(0, masked.length - heldBack);
    held = masked.slice(cut);
    return lines.write(masked.slice(0, cut), isLast);
  };
  return {
    write: (chunk) => take(typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)), false),
    end: () => take(decoder.end(), true),
  };
}

/** Credentials by their look, line by line; a private key is hidden from its first line to its last. */
function createLineMask(): { write: (text: string, isLast: boolean) => string } {
  let rest = '';
  let isInKey = false;
  const maskLine = (line: string): string => {
    if (isInKey) {
      isInKey = !pemEnd.test(line);
      return '';
    }
    if (pemBegin.test(line)) {
      isInKey = !pemEnd.test(line);
      return `${line.slice(0, line.search(pemBegin))}${mask}${line.endsWith('\n') ? '\n' : ''}`;
    }
    return looksSecret.reduce((text, [pattern, shown]) => text.replaceAll(pattern, shown), line);
  };
  return {
    write: (text, isLast) => {
      const lines = (rest + text).split(/(?<=\n)/);
      rest = isLast ? '' : lines.at(-1)?.endsWith('\n') === true ? '' : (lines.pop() ?? '');
      if (rest.length > longestLine) {
        lines.push(rest);
        rest = '';
      }
      return lines.map(maskLine).join('');
    },
  };
}

export function maskText(text: string, secrets: readonly string[]): string {
  return createTextMask(secrets)(text);
}

/** For many texts and the same secrets: their forms are worked out once. */
export function createTextMask(secrets: readonly string[]): (text: string) => string {
  const known = knownForms(secretForms(secrets));
  return (text) => {
    const masking = maskOf(known);
    return masking.write(text) + masking.end();
  };
}
