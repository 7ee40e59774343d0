/** What a passage tries. */
export type InstructionKind = 'override' | 'choose-me' | 'order' | 'role' | 'secrecy' | 'leak' | 'hidden'

/** A passage that speaks to the model reading the text instead of telling what a tool does. */
export interface Instruction {
  kind: InstructionKind
  /** The passage as written, at most 200 characters. */
  text: string
  /** Offsets into the text, end exclusive. */
  start: number
  end: number
}

/** Gap of up to so many characters inside one sentence. */
const gap = (max: number) => `[^.!?\\n]{0,${max}}?`
/** Patterns are held against folded text, which is three times as quick as ignoring case. */
const pattern = (source: string) => new RegExp(source, 'gu')

/** Where an order begins: at a sentence or clause, or after a word that gives orders; "can override" is none. */
const ORDER = '(?<=^|[.!?:;,\\n"“‘«(>]\\s{0,3}|\\b(?:please|must|should|shall|now|then|and) )'
const CHOOSE = '(?:use|call|invoke|choose|select|pick|prefer|recommend|suggest|rank|return|trust)'
const THIS = '(?:this|our|my|the above)'
const THING = '(?:tool|server|function|api|capability|service|product|mcp|option|plugin|extension|agent|result|entry)s?'
/** What a model chooses among; manuals for people say operation, method, endpoint. */
const AGENT_THING = '(?:tool|function|server|mcp|plugin|skill|agent)s?'
const MODEL = '(?:ai|llm|language|chat|reasoning|gpt|claude|assistant|artificial intelligence)'

/**
 * The ways of addressing a reading model that are known from published attacks on tool descriptions ("tool poisoning",
 * "preference manipulation"). Bounded gaps keep every pattern linear in the text.
 */
const PATTERNS: readonly [InstructionKind, RegExp][] = [
  [
    'override',
    pattern(
      `${ORDER}(?:ignore|disregard|forget|override|bypass)\\b${gap(40)}\\b(?:previous|prior|above|earlier|preceding|all other|any other|system|your|developer)\\b${gap(40)}\\b(?:instructions?|prompts?|rules?|guidelines?|messages?|directions?|context|training|tools?)\\b`,
    ),
  ],
  ['override', pattern('\\b(?:new|updated|real|actual) (?:system )?instructions?(?: are| follow)?\\s*:')],
  [
    'choose-me',
    pattern(
      `\\b(?:always|must|should|shall|only|exclusively|whenever possible|please)\\b${gap(30)}\\b${CHOOSE}\\b ${gap(15)}\\b${THIS} ${THING}\\b(?:${gap(30)}\\b(?:first|instead|over|rather than|before|above|for (?:every|all|any)|no matter|regardless|by default)\\b)`,
    ),
  ],
  ['choose-me', pattern(`\\balways ${CHOOSE} ${THIS} ${AGENT_THING}\\b`)],
  [
    'choose-me',
    pattern(
      `\\b(?:prefer|choose|select|recommend|rank) ${THIS} ${THING}${gap(20)}\\b(?:over|above|before|instead of|ahead of)\\b`,
    ),
  ],
  [
    'choose-me',
    pattern(
      `\\b(?:do not|don'?t|never|must not|should not|avoid|stop)\\b ?(?:ever )?\\b(?:us(?:e|ing)|call(?:ing)?|choos(?:e|ing)|select(?:ing)?|recommend(?:ing)?|mention(?:ing)?|consider(?:ing)?)\\b ${gap(15)}\\b(?:any other|other|another|alternative|competing|competitor'?s?)\\b${gap(20)}\\b(?:tool|server|function|api|service|product|plugin|option|alternative)s?\\b`,
    ),
  ],
  [
    'choose-me',
    pattern(
      `\\b(?:rank|place|list|position|return|put) ${gap(10)}\\b(?:this|it|us|our ${THING})\\b ${gap(20)}\\b(?:first|at the top|in first (?:place|position)|number one|above (?:all|any|every|other))`,
    ),
  ],
  [
    'choose-me',
    pattern(
      `\\b(?:must|should|shall|has to|needs to)\\b ${gap(10)}\\bbe (?:called|used|invoked|chosen|selected|preferred|recommended|ranked)\\b ${gap(20)}\\b(?:whenever possible|no matter|above (?:all|any) other|over (?:all|any) other|for (?:all|any|every) (?:tasks?|quer(?:y|ies)|requests?|questions?|purposes?))\\b`,
    ),
  ],
  [
    'order',
    pattern(
      `\\b(?:you|agents?|assistants?|models?)\\b (?:absolutely |always )?(?:must|need to|have to|are required to|should always) (?:always |first )?(?:use|call|invoke|run|execute) (?:this|the following) ${AGENT_THING}\\b`,
    ),
  ],
  [
    'order',
    pattern(
      `\\bbefore (?:using|calling|invoking|running|executing) (?:any|all)(?: of the)? (?:other )?(?:tools?|functions?)\\b`,
    ),
  ],
  [
    'role',
    pattern(`\\byou are (?:now |actually )?(?:an?|the) ${gap(20)}\\b(?:assistant|language model|llm|ai|chatbot)\\b`),
  ],
  [
    'role',
    pattern(
      `\\b(?:attention|note|notice|message|instructions?|important)\\b[^.!?\\n]{0,20}\\b(?:to|for)?\\s?(?:all |any |the )?${MODEL}(?: language)?[ -]?(?:models?|agents?|assistants?)?\\b\\s?(?:reading|:|,|—|-)`,
    ),
  ],
  [
    'role',
    pattern(
      `(?:^|[.!?:\\n][^\\S\\n]*)(?:dear |hey |hello )?${MODEL}(?: language)? ?(?:models?|agents?|assistants?)?(?: reading this)?\\s?[,:]\\s?(?:please |you |always |must |do |never |ignore |use |call |select )`,
    ),
  ],
  [
    'role',
    pattern(
      '<\\|(?:im_start|im_end|system|endoftext|start_header_id)[^>]{0,20}\\|?>|\\[/?inst\\]|<<sys>>|</?(?:system|instructions?|important|assistant|system-reminder|secret)>',
    ),
  ],
  [
    'secrecy',
    pattern(
      `\\b(?:do not|don'?t|never|must not|without)\\b (?:ever )?(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|show(?:ing)?|notify(?:ing)?|alert(?:ing)?|let(?:ting)?)\\b${gap(40)}\\b(?:the user|the human|users|anyone)\\b`,
    ),
  ],
  [
    'leak',
    pattern(
      `\\b(?:send|include|pass|forward|append|provide|copy|paste|read|attach)\\b${gap(40)}(?:\\bsystem prompt\\b|~/\\.ssh|\\bid_rsa\\b|/etc/passwd|\\.cursor/mcp\\.json|\\bclaude_desktop_config\\b)`,
    ),
  ],
  [
    'leak',
    pattern(
      `${ORDER}(?:send|include|pass|forward|append|provide|attach) (?:the|your|this) (?:entire|full|whole|complete) (?:conversation|chat|context)\\b`,
    ),
  ],
  // unseen characters: tag characters, direction overrides, runs of zero-width ones
  [
    'hidden',
    /[\u{e0000}-\u{e007f}]+|[\u202d\u202e\u2066-\u2069]+|[\u200b\u2060\ufeff]{2,}|(?:[\u200b-\u200d\u2060\ufeff]\w?){4,}/gu,
  ],
]

const MAX_TEXT = 64 * 1024

/** The text in lower case, letter for letter, with the three letters beyond ASCII that stand for an s, a k and an i. */
const folded = (text: string): string => text.replaceAll('\u0130', 'i').toLowerCase().replaceAll('\u017f', 's')

/**
 * Passages of a tool's text that address the reading model: order it about, ask to be chosen, hide things. In order of
 * place, overlapping ones joined. A text that only tells what a tool does, even with "use this when …", has none.
 */
export function findInstructions(text: string): Instruction[] {
  const found: Instruction[] = []
  const head = text.slice(0, MAX_TEXT)
  const plain = folded(head)
  for (const [kind, regex] of PATTERNS) {
    const looked = kind === 'hidden' ? head : plain
    if (looked.search(regex) === -1) continue
    for (const match of looked.matchAll(regex)) {
      const start = match.index + (match[0].length - match[0].trimStart().length)
      found.push({ kind, text: '', start, end: match.index + match[0].length })
    }
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end)
  const joined: Instruction[] = []
  for (const one of found) {
    const last = joined.at(-1)
    if (last !== undefined && one.start < last.end) last.end = Math.max(last.end, one.end)
    else joined.push(one)
  }
  return joined.map((one) => ({ ...one, text: head.slice(one.start, Math.min(one.end, one.start + 200)) }))
}

const REMOVED = '[a passage addressed to the reader was removed]'

/** Texts found harmless, so that showing them again costs nothing; all are forgotten when there are too many. */
const harmless = new Set<string>()
const MOST_HARMLESS = { texts: 20_000, length: 1000 }

function remember(text: string): void {
  if (text.length > MOST_HARMLESS.length) return
  if (harmless.size >= MOST_HARMLESS.texts) harmless.clear()
  harmless.add(text)
}

/** The text without the sentences that hold such passages, for output that a model may read. */
export function neutralize(text: string): string {
  if (harmless.has(text)) return text
  const found = findInstructions(text)
  if (found.length === 0) {
    remember(text)
    return text
  }
  const parts: string[] = []
  let at = 0
  for (const { kind, start, end } of found) {
    const [from, to] = kind === 'hidden' ? [start, end] : sentenceAround(text, start, end)
    if (to <= at) continue
    parts.push(text.slice(at, Math.max(at, from)))
    if (kind !== 'hidden' && parts.at(-2) !== REMOVED) parts.push(REMOVED)
    at = to
  }
  parts.push(text.slice(at))
  return parts.join('')
}

/** Shorter texts hold no order to a reader. */
const SHORTEST = 16
/** What the caller said, at the top of an answer, comes back as it was said. */
const ECHOED = new Set(['query', 'intent'])

/**
 * An answer with every text in it neutralized, except what echoes the caller; the very same object where nothing had to be
 * taken out. For whatever is read by people and models alike.
 */
export function neutralizeAll<T>(answer: T): T {
  return safeMembers(answer, (key) => ECHOED.has(key))
}

const isToken = (key: string): boolean => key === 'token'

function safeMembers<T>(value: T, skips: (key: string) => boolean): T {
  if (typeof value === 'string') return (value.length < SHORTEST ? value : neutralize(value)) as T
  if (typeof value !== 'object' || value === null) return value
  // most answers are clean: nothing is copied before the first member that is not
  if (Array.isArray(value)) {
    let members: unknown[] | undefined
    for (let i = 0; i < value.length; i++) {
      const safe = safeMembers(value[i], isToken)
      if (safe === value[i]) continue
      members ??= [...value]
      members[i] = safe
    }
    return (members ?? value) as T
  }
  const given = value as Record<string, unknown>
  let members: Record<string, unknown> | undefined
  for (const key of Object.keys(given)) {
    const member = given[key]
    const safe = typeof member === 'string' && skips(key) ? member : safeMembers(member, isToken)
    if (safe === member) continue
    members ??= { ...given }
    members[key] = safe
  }
  return (members ?? given) as T
}

function sentenceAround(text: string, start: number, end: number): [number, number] {
  let from = start
  while (from > 0 && !/[.!?\n]/.test(text[from - 1]!)) from--
  while (from < start && /\s/.test(text[from]!)) from++
  let to = end
  while (to < text.length && !/[.!?\n]/.test(text[to - 1]!)) to++
  return [from, to]
}
