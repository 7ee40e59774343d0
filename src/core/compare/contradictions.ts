import type { Attribute, Capability } from '../catalogue.js'
import { stemOf, wordsOf } from '../text/words.js'

/** A number outside this factor of the attribute's is about something else. */
const SAME_THING = 8

const SCALES: Record<string, number> = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, b: 1e9, billion: 1e9 }

/**
 * Sentences of a tool's own capabilities that give another number for the same thing: same unit, and a word of the
 * attribute's name in the sentence ("30 regions" against "deploys to 18 regions").
 */
export function contradictions(
  key: string,
  attribute: Attribute,
  capabilities: readonly Pick<Capability, 'name' | 'description'>[],
): string[] {
  const { value, unit } = attribute
  if (typeof value !== 'number' || value === 0) return []
  const about = new Set(wordsOf(key).map(stemOf))
  const noun = wordsOf(unit ?? key)[0]
  if (!noun) return []
  const numbers = new RegExp(`(\\d[\\d,]*(?:\\.\\d+)?)\\s*(k|m|b|thousand|million|billion)?\\b\\+?\\s+${noun}\\b`, 'gi')
  const found: string[] = []
  for (const { name, description } of capabilities) {
    for (const sentence of [name, ...description.split(/(?<=[.!?;])\s+/)]) {
      if (!wordsOf(sentence).some((word) => about.has(stemOf(word)))) continue
      const stated = [...sentence.matchAll(numbers)].map(([, digits, scale]) => numberOf(digits!, scale))
      if (stated.length === 0 || stated.some((number) => near(number, value))) continue
      if (stated.some((number) => comparable(number, value))) found.push(sentence)
    }
  }
  return [...new Set(found)]
}

const numberOf = (digits: string, scale: string | undefined): number =>
  Number(digits.replaceAll(',', '')) * (scale ? SCALES[scale.toLowerCase()]! : 1)

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 0.05 * Math.max(a, b)
const comparable = (a: number, b: number): boolean => a > 0 && a < b * SAME_THING && b < a * SAME_THING
