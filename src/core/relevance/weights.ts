import { z } from 'zod'

const weight = z.number().min(0)
const signed = z.number()
const logistic = z.strictObject({
  bias: signed,
  margin: signed,
  rTerms: signed,
  rSpread: signed,
  lateTerms: signed,
  hits: signed,
  clause: signed,
  background: signed,
  z: signed,
})

/** The fitted numbers of `data/relevance.json`. Every weight of the order is ≥ 0: free signs learn which corpus a text came from. */
export const relevanceWeightsSchema = z.strictObject({
  /** Where and how the numbers were fitted, and what they scored leaving one set out. */
  fitted: z.record(z.string(), z.unknown()),
  bm25: z.strictObject({
    k1: weight,
    b: weight.max(1),
    pairB: weight.max(1),
    pair: weight,
    fields: z.strictObject({
      name: weight,
      description: weight,
      intents: weight,
      tags: weight,
      toolName: weight,
      toolDescription: weight,
    }),
  }),
  /** First mix: keyword·B/max B + semantic·cosine. */
  fuse: z.strictObject({ keyword: weight, semantic: weight }),
  rerank: z.strictObject({
    /** How many of the first mix are looked at closely. */
    depth: z.number().int().min(1),
    fuse: weight,
    late: weight,
    chargram: weight,
    reverseLate: weight,
    clause: weight,
    bigram: weight,
  }),
  confidence: z.strictObject({
    /** P(the top result serves the need): logistic weights. */
    right: logistic,
    /** P(some capability here serves the need): logistic weights. */
    present: logistic,
    /** Logits lost per unit of relevance below the top result. */
    slope: weight,
    /**
     * Added to the logit of P(right) over the shipped catalogue, where several tools often serve the same need and a small margin is no
     * sign of doubt. Fitted on its published exam; 0 over any other catalogue.
     */
    shippedOffset: signed,
    /** `match` at and above this P(right). */
    match: z.number().min(0).max(1),
    /** `none` below this P(present). */
    none: z.number().min(0).max(1),
  }),
})

export type RelevanceWeights = z.infer<typeof relevanceWeightsSchema>

/** Reads the content of `data/relevance.json`; throws a ZodError naming the field that is missing or out of range. */
export const parseRelevanceWeights = (json: string): RelevanceWeights => relevanceWeightsSchema.parse(JSON.parse(json))

/** The weights over a catalogue whose requests are answered right more (or less) often than the models expect. */
export const withOffset = (weights: RelevanceWeights, offset: number): RelevanceWeights => ({
  ...weights,
  confidence: {
    ...weights.confidence,
    right: { ...weights.confidence.right, bias: weights.confidence.right.bias + offset },
  },
})
