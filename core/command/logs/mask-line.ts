/**
 * What differs between two lines that say the same is masked before they are compared: ids, addresses, times, numbers. The order matters, since a
 * UUID is made of numbers and a time of both.
 */
const masks: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?/g, '<time>'],
  // 64: no local part is longer (RFC 5321).
  [/(?<![\w.])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g, '<email>'],
  [/(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.])/g, '<ip>'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])/gi, '<ip>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  // Long runs of hexadecimal digits are hashes and trace ids; words such as "decade" are shorter, and hold no digit.
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi, '<hex>'],
  [/(?<![\w.<])[-+]?\d+(?:\.\d+)?(?=(?:ms|us|µs|ns|s|m|h|d|%|B|[KMGT]i?B?)?(?![\w.]|\.\d))/g, '<num>'],
];

export function maskLine(line: string): string {
  return masks.reduce((text, [pattern, name]) => text.replace(pattern, name), line);
}
