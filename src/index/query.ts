import type { TokenTable } from '../core/embedding.js'
import { clausesOf } from '../core/text/clauses.js'
import { type Synonym, synonymsOf } from '../core/text/synonyms.js'
import { isStopWord, splitCamelCase, wordsOf } from '../core/text/words.js'
import type { KeywordIndex, KeywordTerm } from './keyword.js'
import type { Spelling } from './spelling.js'
import type { Vocabulary } from './vocabulary.js'

/** Late interaction looks at this many distinct pieces of a query. */
const MOST_PIECES = 48

/** What a synonym's words weigh against words that the caller wrote. */
const SYNONYM_WEIGHT = 0.6

/** A query as the index understood it when it was asked; the numbers of terms and pieces are good with `readBy` only. */
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
  /** What it was read with. */
  readBy: unknown
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
  /** idf of a piece, 0 for punctuation and stop words. */
  contentIdf: (piece: number) => number
  pieceIdf: Float32Array
  spelling: () => Spelling
}

export function analyzeQuery(text: string, reader: QueryReader): AnalyzedQuery {
  const words = new QueryWords(text, reader)
  const all = words.read(text)
  const content = contentOf(all)
  const clauses = clausesOf(text)
  const synonyms = synonymsOf(all)
  const corrections = words.corrections()
  const expanded = expand(text, corrections, synonyms)
  const { pieces, weights } = weightedPieces(expanded, reader)
  return {
    text,
    expanded,
    clauses,
    words: content,
    stems: content.map((word) => words.of(word).stem),
    corrections,
    synonyms: synonyms.map((synonym) => synonym.words.join(' ')),
    readBy: reader.keyword,
    terms: keywordTerms(content, synonyms, words, reader.keyword),
    clauseTerms: clauses.map((clause) => {
      const inClause = words.read(clause)
      return keywordTerms(contentOf(inClause), synonymsOf(inClause), words, reader.keyword)
    }),
    pieces,
    pieceWeights: weights,
  }
}

/** The words of one query, each looked up once. */
class QueryWords {
  private readonly text: string
  private readonly reader: QueryReader
  private readonly stems = new Map<string, { stem: string; id: number }>()
  /** Words that were looked at → what they are read as. */
  private readonly meant = new Map<string, string>()

  constructor(text: string, reader: QueryReader) {
    this.text = text
    this.reader = reader
  }

  of(word: string): { stem: string; id: number } {
    let known = this.stems.get(word)
    if (known === undefined) {
      known = this.reader.vocabulary.stemOf(word)
      this.stems.set(word, known)
    }
    return known
  }

  /** The words of a part of the query; those that are neither in the catalogue nor a known word of the language are read as their nearest neighbour. */
  read(part: string): string[] {
    return wordsOf(part).map((word) => {
      const meant = this.correct(word)
      // a capital letter marks a name, and names are not misspelt words
      return meant !== word && part.includes(word) ? meant : word
    })
  }

  private correct(word: string): string {
    let meant = this.meant.get(word)
    if (meant === undefined) {
      meant = this.isSeen(word) ? word : (this.reader.spelling().correct(word) ?? word)
      this.meant.set(word, meant)
    }
    return meant
  }

  corrections(): { from: string; to: string }[] {
    return [...this.meant].filter(([from, to]) => from !== to).map(([from, to]) => ({ from, to }))
  }

  private isSeen(word: string): boolean {
    const { keyword, table } = this.reader
    if (isStopWord(word) || keyword.df(this.of(word).id) > 0 || table.pieces(word).length === 1) return true
    return !this.text.includes(word)
  }
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
  content: readonly string[],
  synonyms: readonly Synonym[],
  words: QueryWords,
  keyword: KeywordIndex,
): KeywordTerm[] {
  const terms = keyword.termsOf(content.map((word) => words.of(word).id))
  for (const synonym of synonyms) {
    const said = synonym.words.filter((word) => !isStopWord(word))
    for (const { id, weight } of keyword.termsOf(said.map((word) => words.of(word).id))) {
      if (!terms.some((term) => term.id === id)) terms.push({ id, weight: SYNONYM_WEIGHT * weight })
    }
  }
  return terms
}

/** Distinct pieces that are neither punctuation nor stop words (all of them when nothing else is left), weighted by idf. */
function weightedPieces(
  text: string,
  { table, pieceIdf, contentIdf }: QueryReader,
): { pieces: Uint32Array; weights: Float32Array } {
  const all = table.pieces(splitCamelCase(text))
  const content = all.filter((piece) => contentIdf(piece) > 0)
  const pieces = Uint32Array.from(new Set(content.length > 0 ? content : all)).slice(0, MOST_PIECES)
  let total = 0
  for (const piece of pieces) total += pieceIdf[piece]!
  const weights = new Float32Array(pieces.length)
  if (total > 0) for (let i = 0; i < pieces.length; i++) weights[i] = pieceIdf[pieces[i]!]! / total
  return { pieces, weights }
}

export const isContentPiece = (piece: string): boolean => /[\p{L}\p{N}]/u.test(piece) && !isStopWord(piece)
