/** Building blocks of the markdown pages. */

/** A catalogue's text inside markdown: one line, and nothing in it can start markup. */
export const inline = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>|]/g, '\\$&')

const percentEncoded = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`
const safeAddress = (address: string): boolean => /^(https?:\/\/|\/)/.test(address)
export const link = (text: string, address: string): string =>
  safeAddress(address) ? `[${inline(text)}](${address.replace(/[()\s<>]/g, percentEncoded)})` : inline(text)

export const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n')

/** A table; cells are finished markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export const fence = (text: string, language = ''): string => {
  const ticks = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return `${ticks}${language}\n${text}\n${ticks}`
}

/** Blocks with a blank line between; empty ones are left out. */
export const blocks = (...parts: (string | undefined | false)[]): string =>
  `${parts.filter((part) => part !== undefined && part !== false && part !== '').join('\n\n')}\n`
