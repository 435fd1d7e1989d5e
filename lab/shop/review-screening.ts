/** Text of words, separated by blanks and simple punctuation. */
export function looksLikeWords(text: string): boolean {
  return text.split(/[ ,.]/).every((word) => /^[a-z]*$/i.test(word));
}

// eslint-disable-next-line regexp/no-super-linear-backtracking -- the defect that the demonstration finds
const prose = /^(?:[a-z]+[ ,.]?)+$/i;

export function looksLikeProse(text: string): boolean {
  return prose.test(text);
}
