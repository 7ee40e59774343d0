/**
 * One spelling for equal JSON values: keys sorted by UTF-16 code units, no white space, undefined members left out
 * (JSON Canonicalization Scheme, RFC 8785). Values that JSON cannot hold are written as `JSON.stringify` writes them.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map((member) => (member === undefined ? 'null' : canonicalJson(member))).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
