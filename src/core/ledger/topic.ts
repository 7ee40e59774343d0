import type { Tool } from '../catalogue.js'
import { isStopWord, stemOf, wordsOf } from '../text/words.js'
import { isDenied, partsOf } from './polarity.js'
import type { RecordView, Statement } from './statements.js'
import { met, notMet, UNKNOWN, type Verdict } from './verdict.js'

/** Words that say that something is wanted, not what. */
const EMPTY = new Set(
  `support supports supported supporting work works working run runs running handle handles include includes including integrate integrates
  offer offers provide provides allow allows accept accepts good best tool tools thing something way want wanted must should required requirement
  able access native built based plan option options service hosted`
    .split(/\s+/)
    .map(stemOf),
)
/** The same thing under two names, by stem. */
const SAME: ReadonlyMap<string, string> = new Map(
  [
    ['mail', 'email'],
    ['transcription', 'transcribe'],
    ['diarization', 'diarize'],
    ['diarise', 'diarize'],
    ['diarisation', 'diarize'],
    ['authentication', 'login'],
    ['k8s', 'kubernetes'],
    ['postgres', 'postgresql'],
  ].map(([from, to]) => [stemOf(from!), stemOf(to!)] as const),
)

/** Stemming costs most of a ledger, and records repeat their words. */
const stems = new Map<string, string>()
const MOST_STEMS = 50_000

function canonical(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  const stem = stemOf(word)
  const one = SAME.get(stem) ?? stem
  if (stems.size >= MOST_STEMS) stems.clear()
  stems.set(word, one)
  return one
}

/** Stems that carry a phrase's meaning, without repeats. */
export const contentOf = (text: string): string[] => [
  ...new Set(
    wordsOf(text)
      .filter((word) => !isStopWord(word) || word === 'only')
      .map(canonical)
      .filter((stem) => !EMPTY.has(stem)),
  ),
]

/** Whether a need names the kind of thing that a tool is: one of its categories, whole ("a vector database in Rust" names `vector-database`). */
export function namesKind(need: readonly string[], { categories }: Tool): boolean {
  return (categories ?? []).some((category) => {
    const words = contentOf(category.replaceAll('-', ' '))
    return words.length > 0 && words.every((word) => need.includes(word))
  })
}

/** How much of a phrase one statement must say: all of one or two words, two thirds of more. */
const enough = (words: number): number => (words <= 2 ? words : Math.ceil((words * 2) / 3))

/** A statement taken apart once, however many requirements ask it. */
interface Parsed {
  own: ReadonlySet<string>
  topic: ReadonlySet<string>
  /** Its parts between turns, as words and as the stems of these. */
  parts: { words: string[]; stems: string[] }[]
}
const parsedOnce = new WeakMap<Statement, Parsed>()

function parse(statement: Statement): Parsed {
  const known = parsedOnce.get(statement)
  if (known) return known
  const parts = partsOf(statement.text).map((part) => {
    const words = wordsOf(part)
    return { words, stems: words.map(canonical) }
  })
  const parsed = {
    own: new Set(parts.flatMap((part) => part.stems)),
    topic: new Set(contentOf(statement.topic)),
    parts,
  }
  parsedOnce.set(statement, parsed)
  return parsed
}

/** How many stems of a phrase a statement says: by itself or by the name it stands under, and of these by itself. */
export function coverageOf(statement: Statement, wanted: readonly string[]): { found: number; own: number } {
  const { own, topic } = parse(statement)
  return {
    found: wanted.filter((stem) => own.has(stem) || topic.has(stem)).length,
    own: wanted.filter((stem) => own.has(stem)).length,
  }
}

/** Whether the part of a sentence that says most of the phrase denies it. */
function deniedIn(statement: Statement, wanted: readonly string[]): boolean {
  let most = { words: [] as string[], at: [] as number[] }
  for (const { words, stems } of parse(statement).parts) {
    const at = stems.flatMap((stem, i) => (wanted.includes(stem) ? [i] : []))
    if (at.length > most.at.length) most = { words, at }
  }
  return most.at.length > 0 && isDenied(most.words, most.at[0]!, most.at.at(-1)!)
}

/**
 * A phrase with no rule of its own, as stems: met by the statement that says most of it, contradicted by one that denies as much.
 * A denial counts only when it says at least as much of the phrase as any affirmation ("nested objects are not supported" against "objects").
 */
export function judgeTopic(record: RecordView, wanted: readonly string[]): Verdict {
  if (wanted.length === 0) return UNKNOWN
  let best: { statement: Statement; score: number; denied: boolean } | undefined
  for (const statement of record.statements) {
    if (statement.kind === 'need') continue
    const { found, own } = coverageOf(statement, wanted)
    // a tag or a category names a field; it proves only what it says whole
    const least = statement.kind === 'fact' ? wanted.length : enough(wanted.length)
    if (found < least) continue
    const denied = deniedIn(statement, wanted)
    // an affirmation wins a tie
    const score = found + own / 10 - (denied ? 0.01 : 0)
    if (!best || score > best.score) best = { statement, score, denied }
  }
  if (best && !best.denied) return met(best.statement)
  const denial = best?.statement ?? onlyDenied(record, wanted)
  return denial ? notMet(denial) : UNKNOWN
}

/** Longer phrases are told in many words; one of them denied somewhere denies nothing. */
const MOST_FOR_DENIAL = 4

/** A word of the phrase that the record mentions only to deny it ("Asian and Arabic scripts are not supported"). */
function onlyDenied(record: RecordView, wanted: readonly string[]): Statement | undefined {
  if (wanted.length > MOST_FOR_DENIAL) return undefined
  for (const stem of wanted) {
    const speaking = record.statements.filter((one) => one.kind !== 'need' && parse(one).own.has(stem))
    if (speaking.length > 0 && speaking.every((one) => deniedIn(one, [stem]))) return speaking[0]
  }
  return undefined
}
