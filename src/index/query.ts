import type { TokenTable } from '../core/embedding.js'
import { clausesOf } from '../core/text/clauses.js'
import { isStopWord, splitCamelCase, stemOf, wordsOf } from '../core/text/words.js'
import type { KeywordIndex, KeywordTerm } from './keyword.js'
import type { Vocabulary } from './vocabulary.js'

/** Late interaction looks at this many distinct pieces of a query. */
const MOST_PIECES = 48

/** A query as this index understands it; not to be kept longer than the generation that made it. */
export interface AnalyzedQuery {
  text: string
  /** Texts of its parts when it asks for several things; [] when it asks for one. */
  clauses: string[]
  /** Content words in order, folded; all words when the query has stop words only. */
  words: string[]
  /** Stems of `words`, same order. */
  stems: string[]
  terms: KeywordTerm[]
  /** Keyword terms of each clause. */
  clauseTerms: KeywordTerm[][]
  /** Distinct piece ids of content pieces, and their weights, which sum to 1. */
  pieces: Uint32Array
  pieceWeights: Float32Array
}

export function analyzeQuery(
  text: string,
  vocabulary: Vocabulary,
  keyword: KeywordIndex,
  table: TokenTable,
  pieceIdf: Float32Array,
): AnalyzedQuery {
  const words = contentWords(text)
  const clauses = clausesOf(text)
  const pieces = contentPieces(text, table)
  const idf = Array.from(pieces, (piece) => pieceIdf[piece]!)
  const total = idf.reduce((sum, value) => sum + value, 0)
  return {
    text,
    clauses,
    words,
    stems: words.map(stemOf),
    terms: keywordTerms(words, vocabulary, keyword),
    clauseTerms: clauses.map((clause) => keywordTerms(contentWords(clause), vocabulary, keyword)),
    pieces,
    pieceWeights: Float32Array.from(idf, (value) => (total > 0 ? value / total : 1 / idf.length)),
  }
}

function contentWords(text: string): string[] {
  const words = wordsOf(text)
  const content = words.filter((word) => !isStopWord(word))
  return content.length > 0 ? content : words
}

const keywordTerms = (words: readonly string[], vocabulary: Vocabulary, keyword: KeywordIndex): KeywordTerm[] =>
  keyword.termsOf(words.map((word) => vocabulary.stemId(stemOf(word))))

/** Distinct pieces that are neither punctuation nor stop words; all of them when nothing else is left. */
function contentPieces(text: string, table: TokenTable): Uint32Array {
  const all = table.pieces(splitCamelCase(text))
  const content = all.filter((piece) => isContentPiece(table.pieceText(piece)))
  return Uint32Array.from(new Set(content.length > 0 ? content : all)).slice(0, MOST_PIECES)
}

export const isContentPiece = (piece: string): boolean => /[\p{L}\p{N}]/u.test(piece) && !isStopWord(piece)
