/**
 * PostgreSQL's text holds no U+0000 and no half of a surrogate pair, JavaScript's strings do. A string with either (or one that begins
 * with the mark itself) is stored as the mark and its JSON; every other one as it is. Sources: keys that callers choose.
 */
const MARK = '\uf8ff'
const UNSTORABLE = /\0|\p{Surrogate}/u

export const toText = (value: string): string =>
  value.startsWith(MARK) || UNSTORABLE.test(value) ? MARK + JSON.stringify(value) : value

export const fromText = (stored: string): string =>
  stored.startsWith(MARK) ? (JSON.parse(stored.slice(MARK.length)) as string) : stored
