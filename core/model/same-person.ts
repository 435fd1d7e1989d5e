/** A name that is written otherwise is no second person: case, spaces and the forms of Unicode do not count where somebody else is wanted. */
export function isSamePerson(left: string | null | undefined, right: string | null | undefined): boolean {
  if (left == null || right == null) return false;
  return plain(left) === plain(right);
}

function plain(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]+/gu, '')
    .toLowerCase();
}
