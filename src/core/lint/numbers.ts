import type { Attribute, ToolRecord } from '../catalogue.js'
import { sentencesIn } from './words.js'

/** A number that is told of the same thing twice, differently. */
export interface Contradiction {
  attribute: string
  claimed: string
  /** Position of the capability whose text disagrees. */
  capability: number
  field: 'name' | 'description' | 'unique'
  /** The number as written there. */
  written: string
}

const NUMBER = String.raw`(\d[\d,.]*\d|\d)\s?(k|m|b|thousand|million|billion)?`

/**
 * Attributes whose numbers texts repeat, and how they say it: `#` stands for the number. Only phrasings that leave no
 * doubt what the number counts; everything else is left to readers.
 */
const PHRASES: Readonly<Record<string, readonly string[]>> = {
  contextWindow: [
    '# ?-?tokens? (?:of )?context',
    '# context(?: window)?',
    'context (?:window )?(?:of|is) (?:up to |about )?#',
  ],
  maxOutput: ['# (?:output|completion) tokens', 'output (?:of|is limited to|up to) (?:up to )?# tokens'],
  dimensions: ['# ?-?dimension(?:s|al)?'],
  maxDimensions: ['up to # dimensions'],
  regions: ['# ?\\+? (?:or more )?(?:\\w+ )?regions', 'over # (?:\\w+ )?regions'],
  languagesSupported: ['# ?\\+? (?:\\w+ )?languages'],
  maxInput: ['# ?-?tokens? (?:of )?input', 'input (?:of|up to) # tokens'],
  maxTimeout: ['time-?out (?:of|is) (?:up to )?# ?seconds'],
}

/** A text may round: 128K for 128,000 or 131,072, 30+ for 35. */
const TOLERANCE = 0.05

/** Numbers in texts that disagree with the tool's own attributes; `versus` tells of others and is not read. */
export function contradictions(record: ToolRecord): Contradiction[] {
  const found: Contradiction[] = []
  for (const [name, attribute] of Object.entries(record.attributes ?? {})) {
    const phrases = Object.hasOwn(PHRASES, name) ? PHRASES[name]! : []
    const claimed = numberClaimed(attribute)
    if (phrases.length === 0 || claimed === undefined) continue
    record.capabilities.forEach((capability, i) => {
      for (const field of ['name', 'description', 'unique'] as const)
        for (const written of numbersIn(capability[field] ?? '', phrases))
          if (!agrees(claimed, numberOf(written), name))
            found.push({ attribute: name, claimed: String(attribute.value), capability: i, field, written })
    })
  }
  return found
}

const numberClaimed = ({ value }: Attribute): number | undefined => (typeof value === 'number' ? value : undefined)

function numbersIn(text: string, phrases: readonly string[]): string[] {
  const found: string[] = []
  for (const sentence of sentencesIn(text)) {
    // limits that only hold for a part, and comparisons, are other numbers
    if (
      /\b(?:default|index|version|smaller|larger|older|previous|unlike|instead|compared|other|per|each|example|truncat|shorten|reduc|first|beyond|about half)\w*\b/i.test(
        sentence,
      )
    )
      continue
    for (const phrase of phrases)
      for (const match of sentence.matchAll(new RegExp(`(?<![\\d.-])\\b${phrase.replace('#', NUMBER)}\\b`, 'gi')))
        found.push(`${match[1]}${match[2] ? ` ${match[2]}` : ''}`)
  }
  return found
}

const FACTORS: Readonly<Record<string, number>> = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, b: 1e9, billion: 1e9 }

function numberOf(written: string): number {
  const [digits, unit] = written.split(' ')
  const plain = /^\d{1,3}(?:,\d{3})+/.test(digits!) ? digits!.replace(/,/g, '') : digits!.replace(',', '.')
  return Number(plain) * (FACTORS[unit?.toLowerCase() ?? ''] ?? 1)
}

function agrees(claimed: number, written: number, name: string): boolean {
  if (!Number.isFinite(written)) return true
  // counts are told as "30+" of any higher number
  if (name === 'regions' || name === 'languagesSupported') return written <= claimed * (1 + TOLERANCE)
  return Math.abs(written - claimed) <= claimed * TOLERANCE
}
