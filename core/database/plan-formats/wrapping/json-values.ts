/** How much is looked at in all to find values: each character a few times. Brackets that nothing closes would cost a pass each. */
const mostPasses = 20;

/** A value, and where it stands in the text: from its first bracket to behind its last. */
export interface JsonSpan {
  value: unknown;
  from: number;
  end: number;
}

/** The whole text when it is JSON; otherwise every JSON array or object that begins a line, or follows a label, a border, a quote or an assignment. */
export function jsonValues(text: string): JsonSpan[] {
  const whole = parseJson(text.trim());
  if (whole !== undefined) return [{ value: whole, from: 0, end: text.length }];
  const found: JsonSpan[] = [];
  const starts = /(?:^|\n|plan:|[:|│]\s|[=(] {0,4})[ \t|│"'`#r]{0,200}([[{])/g;
  let budget = mostPasses * text.length + 1000;
  for (let match = starts.exec(text); match !== null && budget > 0; match = starts.exec(text)) {
    const from = match.index + match[0].length - 1;
    const end = endOfJson(text, from);
    budget -= (end ?? text.length) - from;
    const value = end === null ? undefined : parseJson(text.slice(from, end));
    if (value !== undefined && end !== null) found.push({ value, from, end });
    // What stands inside of broken JSON is a part of it. Other brackets may have a value further on.
    const isBroken = value === undefined && /^[[{]\s*["{[]/.test(text.slice(from, from + 200));
    if (isBroken && end === null) break;
    starts.lastIndex = end !== null && (isBroken || value !== undefined) ? end : from + 1;
  }
  return found;
}

/** JSON, also with line breaks inside of strings, which logs put there. Undefined when it is none. */
export function parseJson(text: string): unknown {
  if (!/^[[{"]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return parseWithRawBreaks(text);
  }
}

function parseWithRawBreaks(text: string): unknown {
  if (!/[\n\t]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(withoutRawBreaks(text));
    return value;
  } catch {
    return undefined;
  }
}

/** Also without what people write beside the lines: `# …`, `// …`, `-- …`. */
function withoutRawBreaks(text: string): string {
  const parts: string[] = [];
  let from = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 34) isString = !isString;
    else if (isString && code === 92) index++;
    else if (isString && code < 32) {
      parts.push(text.slice(from, index));
      from = index + 1;
    } else if (!isString && (code === 35 || ((code === 47 || code === 45) && text.charCodeAt(index + 1) === code))) {
      parts.push(text.slice(from, index));
      const end = text.indexOf('\n', index);
      index = end < 0 ? text.length : end;
      from = index;
    }
  }
  return [...parts, text.slice(from)].join(' ');
}

/** Index behind the bracket that closes the one at `from`; null when the text ends before. */
export function endOfJson(text: string, from: number): number | null {
  let depth = 0;
  let isString = false;
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isString) {
      if (code === 92) index++;
      else if (code === 34) isString = false;
    } else if (code === 34) isString = true;
    else if (code === 91 || code === 123) depth++;
    else if ((code === 93 || code === 125) && --depth === 0) return index + 1;
  }
  return null;
}
