import type { TokenTable } from '../core/embedding.js'
import { clausesOf } from '../core/text/clauses.js'
import { type Synonym, synonymsOf } from '../core/text/synonyms.js'
import { isStopWord, splitCamelCase, stemOf, wordsOf } from '../core/text/words.js'
import type { KeywordIndex, KeywordTerm } from './keyword.js'
import type { Spelling } from './spelling.js'
import type { Vocabulary } from './vocabulary.js'

/** Late interaction looks at this many distinct pieces of a query. */
const MOST_PIECES = 48

/** What a synonym's words weigh against words that the caller wrote. */
const SYNONYM_WEIGHT = 0.6

/** A query as this index understands it; not to be kept longer than the generation that made it. */
export interface AnalyzedQuery {
  text: string
  /** What an embedder should read: the text with corrections in place and abbreviations spelled out after it. Equal to `text` when there are none. */
  expanded: string
  /** Texts of its parts when it asks for several things; [] when it asks for one. */
  clauses: string[]
  /** Content words in order, folded, corrected; all words when the query has stop words only. */
  words: string[]
  /** Stems of `words`, same order. */
  stems: string[]
  /** Never-seen words and what they were read as. */
  corrections: { from: string; to: string }[]
  /** Words and phrases that stand for words of the query. */
  synonyms: string[]
  terms: KeywordTerm[]
  /** Keyword terms of each clause. */
  clauseTerms: KeywordTerm[][]
  /** Distinct piece ids of content pieces, and their weights, which sum to 1. */
  pieces: Uint32Array
  pieceWeights: Float32Array
}

/** What a query is read with. */
export interface QueryReader {
  vocabulary: Vocabulary
  keyword: KeywordIndex
  table: TokenTable
  pieceIdf: Float32Array
  spelling: () => Spelling
}

export function analyzeQuery(text: string, reader: QueryReader): AnalyzedQuery {
  const { all, corrections } = correctedWords(text, reader)
  const words = contentOf(all)
  const clauses = clausesOf(text)
  const synonyms = synonymsOf(all)
  const expanded = expand(text, corrections, synonyms)
  const { pieces, weights } = weightedPieces(expanded, reader)
  return {
    text,
    expanded,
    clauses,
    words,
    stems: words.map(stemOf),
    corrections,
    synonyms: synonyms.map((synonym) => synonym.words.join(' ')),
    terms: keywordTerms(words, synonyms, reader),
    clauseTerms: clauses.map((clause) => {
      const inClause = correctedWords(clause, reader).all
      return keywordTerms(contentOf(inClause), synonymsOf(inClause), reader)
    }),
    pieces,
    pieceWeights: weights,
  }
}

/** The words of a text; those that are neither in the catalogue nor a known word of the language are read as their nearest neighbour. */
function correctedWords(
  text: string,
  { vocabulary, keyword, table, spelling }: QueryReader,
): { all: string[]; corrections: { from: string; to: string }[] } {
  const corrections = new Map<string, string>()
  // a capital letter marks a name, and names are not misspelt words
  const named = (word: string) => !text.includes(word)
  const all = wordsOf(text).map((word) => {
    const seen = isStopWord(word) || keyword.df(vocabulary.stemId(stemOf(word))) > 0 || table.pieces(word).length === 1
    const meant = seen || named(word) ? undefined : spelling().correct(word)
    if (meant === undefined) return word
    corrections.set(word, meant)
    return meant
  })
  return { all, corrections: [...corrections].map(([from, to]) => ({ from, to })) }
}

function expand(
  text: string,
  corrections: readonly { from: string; to: string }[],
  synonyms: readonly Synonym[],
): string {
  let corrected = text
  for (const { from, to } of corrections) corrected = corrected.replace(new RegExp(`\\b${from}\\b`, 'gi'), to)
  const spelledOut = synonyms.filter(({ short }) => !short)
  return [corrected, ...spelledOut.map((synonym) => synonym.words.join(' '))].join(' ')
}

function contentOf(words: readonly string[]): string[] {
  const content = words.filter((word) => !isStopWord(word))
  return content.length > 0 ? content : [...words]
}

/** Terms of the words in full, and of synonyms that bring new ones at a lower weight. */
function keywordTerms(
  words: readonly string[],
  synonyms: readonly Synonym[],
  { vocabulary, keyword }: QueryReader,
): KeywordTerm[] {
  const termsOf = (list: readonly string[]) => keyword.termsOf(list.map((word) => vocabulary.stemId(stemOf(word))))
  const terms = new Map(termsOf(words).map((term) => [term.id, term]))
  for (const synonym of synonyms) {
    for (const { id, weight } of termsOf(synonym.words.filter((word) => !isStopWord(word)))) {
      if (!terms.has(id)) terms.set(id, { id, weight: SYNONYM_WEIGHT * weight })
    }
  }
  return [...terms.values()]
}

/** Distinct pieces that are neither punctuation nor stop words (all of them when nothing else is left), weighted by idf. */
function weightedPieces(
  text: string,
  { table, pieceIdf }: QueryReader,
): { pieces: Uint32Array; weights: Float32Array } {
  const all = table.pieces(splitCamelCase(text))
  const content = all.filter((piece) => isContentPiece(table.pieceText(piece)))
  const pieces = Uint32Array.from(new Set(content.length > 0 ? content : all)).slice(0, MOST_PIECES)
  const total = pieces.reduce((sum, piece) => sum + pieceIdf[piece]!, 0)
  return { pieces, weights: Float32Array.from(pieces, (piece) => (total > 0 ? pieceIdf[piece]! / total : 0)) }
}

export const isContentPiece = (piece: string): boolean => /[\p{L}\p{N}]/u.test(piece) && !isStopWord(piece)
