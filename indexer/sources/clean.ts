import { Parser } from 'htmlparser2'

/** Longest foreign text that is looked at, in characters. */
const MAX_TEXT = 64 * 1024

const words = (text: string) => new Set(text.split(' '))
const BLOCK = words(
  'address article aside blockquote br caption dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul',
)
// not among them: names that people use as placeholders, such as <title>, <time> and <data>
const INLINE = words(
  'a abbr b bdi bdo big body cite code del details dfn em font html i img ins kbd mark q s samp small span strike strong sub sup tt u wbr',
)
const SILENT = words('script style template noscript iframe')

/**
 * Foreign text as plain text: HTML tags, comments, scripts and entities resolved, Markdown images dropped, links and
 * headings reduced to their words, invisible characters removed, white space evened out. `<path>` and other things in
 * angle brackets that are no HTML stay.
 */
export function plainText(foreign: string): string {
  const text = visible(foreign.slice(0, MAX_TEXT))
  return evened(withoutMarkdown(/<[a-z/!]|&#?\w/i.test(text) ? withoutHtml(text) : text))
}

function withoutHtml(text: string): string {
  const parts: string[] = []
  let silent = 0
  const parser = new Parser({
    onopentag(name, attributes) {
      if (SILENT.has(name)) silent++
      else if (BLOCK.has(name)) parts.push('\n')
      else if (!INLINE.has(name)) parts.push(`<${[name, ...Object.keys(attributes)].join(' ')}>`)
    },
    onclosetag(name, implied) {
      if (SILENT.has(name)) silent = Math.max(0, silent - 1)
      else if (BLOCK.has(name)) parts.push('\n')
      else if (!INLINE.has(name) && !implied) parts.push(`</${name}>`)
    },
    ontext(words) {
      if (silent === 0) parts.push(words)
    },
  })
  parser.end(text)
  return parts.join('')
}

function withoutMarkdown(text: string): string {
  return text
    .replace(/!\[[^[\]]{0,200}\]\([^()\s]{0,1000}\)/g, ' ')
    .replace(/\[([^[\]]{1,300})\]\([^()\s]{0,1000}\)/g, '$1')
    .replace(/^#{1,6} +/gm, '')
    .replace(/(\*\*|__)(?=\S)([^*_\n]{1,300})\1/g, '$2')
}

/**
 * Without control and format characters that are not seen on a page: zero width spaces, direction marks, tag characters,
 * lone surrogates. The joiners U+200C and U+200D stay: scripts and emoji need them.
 */
function visible(text: string): string {
  return text.normalize('NFC').replace(/(?![\n\r\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
}

const evened = (text: string) =>
  text
    .replace(/[\t\r\f\v\u00a0 ]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{2,}/g, '\n\n')
    .trim()

/** Text on one line, at most `max` characters, cut between words. */
export function line(text: string, max: number): string {
  return cut(text.replace(/\s+/g, ' ').trim(), max)
}

/** At most `max` characters, cut between words and marked as cut. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const head = text.slice(0, max - 1)
  const space = head.lastIndexOf(' ')
  return `${(space > max / 2 ? head.slice(0, space) : head).trimEnd().replace(/[\ud800-\udbff]$/, '')}…`
}

/** The first sentence, when it is no longer than `max` characters. */
export function firstSentence(text: string, max: number): string | undefined {
  const sentence = /^[^\n]*?[.!?](?=\s|$)|^[^\n]*/
    .exec(text.slice(0, max + 2))?.[0]
    .replace(/\.$/, '')
    .trim()
  return sentence === undefined || sentence === '' || sentence.length > max ? undefined : sentence
}

/** A slug (a-z0-9-) from a name, undefined when nothing is left of it. */
export function slugFrom(name: string): string | undefined {
  const slug = name
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 128)
    .replace(/^-|-$/g, '')
  return slug === '' ? undefined : slug
}

/** Words of an identifier: `createPullRequest`, `create_pull_request` → "Create pull request". */
export function spoken(identifier: string): string {
  const words = identifier
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[\s_./:-]+/g, ' ')
    .trim()
    .split(' ')
    .map((word) => (/^[A-Z][a-z]+$/.test(word) ? word.toLowerCase() : word))
    .join(' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A capability id `slug.name` out of a foreign identifier; undefined when it would look like a counted one. */
export function idFrom(slug: string, identifier: string): string | undefined {
  const name = identifier.replace(/[^\w.:/@-]+/g, '-').replace(/^-+|-+$/g, '')
  return name === '' || /^\d+$/.test(name) || slug.length + name.length > 199 ? undefined : `${slug}.${name}`
}

/** Texts that stand where a description should and say nothing. */
const EMPTY = /^(?:no description(?: provided| available)?|description|todo|tbd|n\/?a|none|null|string|-+|\.+)\.?$/i
/** A sentence shorter than this may well be true of many. */
const SENTENCE = 20

/**
 * The descriptions of one tool's capabilities without what says nothing: placeholders, and sentences that at least three
 * and at least half of them share. A description that would be left empty by that keeps its sentences.
 */
export function withoutBoilerplate(descriptions: readonly string[]): string[] {
  const sentences = descriptions.map((text) => (EMPTY.test(text) ? [] : text.split(/(?<=[.!?])\s+/)))
  const counts = new Map<string, number>()
  for (const list of sentences) for (const one of new Set(list)) counts.set(one, (counts.get(one) ?? 0) + 1)
  const limit = Math.max(3, descriptions.length / 2)
  const shared = (one: string) => one.length >= SENTENCE && counts.get(one)! >= limit
  return sentences.map((list, i) => {
    if (!list.some(shared)) return list.length === 0 ? '' : descriptions[i]!
    const own = list.filter((one) => !shared(one))
    return own.length === 0 ? descriptions[i]! : own.join(' ')
  })
}
