/** Text of words, separated by blanks and simple punctuation. */
export function looksLikeWords(text: string): boolean {
  return text.split(/[ ,.]/).every((word) => /^[a-z]*$/i.test(word));
}

const prose = /^(?:[a-z]+[ ,.]?)+$/i;

export function looksLikeProse(text: string): boolean {
  return prose.test(text);
}
