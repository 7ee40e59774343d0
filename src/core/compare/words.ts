/** "a", "a and b", "a, b and c". */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? ''
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

export const quoted = (text: string): string => `“${text}”`

/** Ends with a full stop, begins with a capital letter. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  const upper = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?]$/.test(upper) ? upper : `${upper}.`
}

/** `deliveryGuarantee` → "Delivery guarantee", `gpu` → "GPU". */
const ACRONYMS = new Set(['api', 'gpu', 'cpu', 'sla', 'sdk', 'ide', 'mcp', 'sql', 'ui', 'os'])
export function labelOf(key: string): string {
  const words = key
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/[._-]+/g, ' ')
    .toLowerCase()
    .split(' ')
    .map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word))
  const text = words.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export const categoryWords = (category: string): string => category.replaceAll('-', ' ')

/** "1 capability", "3 capabilities". */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

export const percent = (share: number): string => `${Math.round(share * 100)} %`
