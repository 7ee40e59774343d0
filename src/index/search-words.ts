import type { IndexDocument } from '../core/document.js'
import { isStopWord, joinedIdentifier, stemOf, wordsOf } from '../core/text/words.js'

/** A stem, which text it is from (A the name, B intents and tags, C the description, D the tool's name), and its place. */
export interface PlacedStem {
  stem: string
  field: 'A' | 'B' | 'C' | 'D'
  /** From 1; neighbours are one apart, the ends of two texts further. */
  at: number
}

/** Longest stem that full text takes is 2,046 bytes; anything near that is no word. */
const LONGEST = 200

/** The stems of a capability's texts for a full-text index: those that the keyword index weighs, without stop words. */
export function searchWords(document: IndexDocument): PlacedStem[] {
  const joined = joinedIdentifier(document.name)
  const texts: [PlacedStem['field'], string[]][] = [
    ['A', wordsOf(document.name)],
    ...(joined === undefined ? [] : [['A', [joined]] as [PlacedStem['field'], string[]]]),
    ...document.intents.map((text): [PlacedStem['field'], string[]] => ['B', wordsOf(text)]),
    ['C', wordsOf(document.description)],
    ...document.tags.map((text): [PlacedStem['field'], string[]] => ['B', wordsOf(text)]),
    ['D', wordsOf(document.toolName)],
  ]
  let at = 0
  return texts.flatMap(([field, words]) => {
    at++
    return words
      .filter((word) => !isStopWord(word) && word.length <= LONGEST)
      .map((word) => ({ stem: stemOf(word), field, at: ++at }))
  })
}
