import type { RecordView, Statement } from './statements.js'
import { byMention, isClosedList, met, notMet, statementAt, type Verdict } from './verdict.js'

/** Programming languages as people and records write them. Case matters for `Go`, `Swift`, `Dart` and `R`, which are words too. */
const LANGUAGES: readonly [id: string, pattern: string][] = [
  ['python', '[Pp]ython'],
  ['typescript', '[Tt]ype[Ss]cript'],
  ['javascript', '[Jj]ava[Ss]cript|[Nn]ode(?:\\.?js)?'],
  ['java', '[Jj]ava'],
  ['rust', '[Rr]ust'],
  ['go', 'Go|[Gg]olang'],
  ['kotlin', '[Kk]otlin'],
  ['csharp', '[Cc]#|\\.(?:NET|net)'],
  ['cpp', '[Cc]\\+\\+'],
  ['ruby', '[Rr]uby'],
  ['php', 'PHP|php'],
  ['swift', 'Swift'],
  ['elixir', '[Ee]lixir'],
  ['scala', '[Ss]cala'],
  ['dart', 'Dart|Flutter'],
]
/** A library for the one is used from the other. */
const SAME_HOST: Readonly<Record<string, readonly string[]>> = {
  javascript: ['javascript', 'typescript'],
  typescript: ['typescript', 'javascript'],
}

const ANY = `(?<language>${LANGUAGES.map(([, pattern]) => pattern).join('|')})`
const EDGE = '(?![\\w#+])'
const KIND =
  '(?:[ -](?:SDKs?|sdks?|clients?|librar(?:y|ies)|bindings?|packages?|API|api|functions?|apps?|code|jobs?|server|services?))?'

export const WRITTEN_IN_PHRASE = new RegExp(
  `\\b(?:written|implemented|built|coded|programmed) in (?:pure )?${ANY}${EDGE}`,
)
export const USABLE_FROM_PHRASE = new RegExp(`(?:\\b(?:in|from|for|using|with an?) )?(?<![\\w.])${ANY}${EDGE}${KIND}`)

export const languageId = (name: string): string =>
  LANGUAGES.find(([, pattern]) => new RegExp(`^(?:${pattern})$`).test(name))?.[0] ?? name.toLowerCase()

const patternOf = (id: string): RegExp => {
  const ids = SAME_HOST[id] ?? [id]
  const any = LANGUAGES.filter(([one]) => ids.includes(one)).map(([, pattern]) => pattern)
  return new RegExp(`(?<![\\w.])(?:${any.join('|')})${EDGE}`)
}

export function judgeWrittenIn(record: RecordView, id: string): Verdict {
  const stated = record.attribute('writtenIn')
  const own = LANGUAGES.find(([one]) => one === id)?.[1] ?? id
  if (stated) {
    return new RegExp(`(?<![\\w.])(?:${own})${EDGE}`).test(String(stated.value))
      ? met(stated.statement)
      : notMet(stated.statement)
  }
  return byMention(record, new RegExp(`\\b(?:written|implemented|built) in (?:${own})${EDGE}`))
}

/** Usable from programs in a language: an SDK, a binding, a package for its installer, or being a library written in it. */
export function judgeUsableFrom(record: RecordView, id: string): Verdict {
  const pattern = patternOf(id)
  const sdks = record.attribute('sdkLanguages')
  if (sdks && pattern.test(String(sdks.value))) return met(sdks.statement)
  const install = installs(record, id)
  if (install) return met(install)
  const written = record.attribute('writtenIn')
  if (written && pattern.test(String(written.value)) && isLibrary(record)) return met(written.statement)
  const said = byMention(
    record,
    new RegExp(
      `${pattern.source}[^.;]*\\b(?:SDKs?|bindings?|clients?|librar(?:y|ies)|packages?|API|functions?|decorators?|code|class(?:es)?)\\b|\\b(?:bindings?|SDKs?|clients?|librar(?:y|ies)|ported|wrappers?|called|used|usable|programs?)\\b[^.;]*${pattern.source}|\\b[Ii]n ${pattern.source}`,
    ),
  )
  if (said.state === 'met') return said
  if (sdks && isClosedList(String(sdks.value))) return notMet(sdks.statement)
  return said
}

const isLibrary = ({ tool }: RecordView): boolean =>
  tool.execution?.protocol === 'library' || tool.type === 'framework' || tool.type === 'cli'

const INSTALLERS: Readonly<Record<string, RegExp>> = {
  python: /\b(?:pip|uv|uvx|pipx|conda|poetry)\b/,
  javascript: /\b(?:npm|npx|pnpm|yarn|bun)\b/,
  typescript: /\b(?:npm|npx|pnpm|yarn|bun)\b/,
  rust: /\bcargo add\b/,
  go: /\bgo get\b/,
  ruby: /\bgem install\b/,
  java: /\b(?:mvn|gradle)\b/,
}

function installs(record: RecordView, id: string): Statement | undefined {
  const { execution } = record.tool
  const installer = INSTALLERS[id]
  // a program started by npx or pipx is used from anywhere; only a library is used from its installer's language
  if (!installer || !execution?.command || execution.protocol === 'mcp' || execution.protocol === 'cli')
    return undefined
  if (!installer.test(execution.command)) return undefined
  const statement = statementAt(record, 'execution')
  return statement && { ...statement, text: `execution: ${execution.command}` }
}
