/** Turns texts into unit-length vectors. Implementations: the bundled static table, transformers.js. */
export interface Embedder {
  /** Identity of the model, recorded with every generation; another id means other vectors. */
  readonly model: string
  readonly dims: number
  /** One unit-length vector (`dims` floats) a text, in order. A text without any known token gives the zero vector. */
  embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]>
  /** For models that weight query pieces by their rarity in the catalogue: one factor a piece, √ln((N+1)/(df+.5)). */
  setIdf?(idf: Float32Array): void
  close(): Promise<void>
}

/** Reads a need and a text together. Implementation: transformers.js. */
export interface CrossEncoder {
  /** How well each text serves the need, as a logit of the model's own scale, same order. */
  score(need: string, texts: readonly string[]): Promise<Float32Array>
  close(): Promise<void>
}

/**
 * The bundled static table: word pieces and one row a piece. Always present, whatever embedder is in use,
 * because late interaction (re-ranking over pieces) runs on it.
 */
export interface TokenTable {
  readonly dims: number
  /** Number of rows; piece ids are 0..size-1. */
  readonly size: number
  /** `size × dims` int8, row-major. A piece's vector is `scales[id] * rows[id]`. */
  readonly rows: Int8Array
  readonly scales: Float32Array
  /** Piece ids of a text, in order, unknown words left out. */
  pieces(text: string, limit?: number): number[]
  /** The piece as written in the vocabulary (`##ing`). */
  pieceText(id: number): string
}
