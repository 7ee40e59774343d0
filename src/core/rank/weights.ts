import { z } from 'zod'

export const COMPONENTS = ['matchGraph', 'quality', 'adoption', 'freshness', 'ecosystem'] as const
export type Component = (typeof COMPONENTS)[number]

const perComponent = <T extends z.ZodType>(one: T) =>
  z.strictObject({ matchGraph: one, quality: one, adoption: one, freshness: one, ecosystem: one })

/** The numbers of `data/rank.json`. A change of any of them is a new `version`, which every rank names. */
export const rankWeightsSchema = z
  .strictObject({
    version: z.number().int().min(1),
    /** Share of each component in the rank; they sum to 1. */
    weights: perComponent(z.number().min(0).max(1)),
    /** κ of r = n/(n + κ): how many observations weigh as much as the type's mean. */
    shrinkage: perComponent(z.number().positive()),
    /** What a component is taken to be, and how much it varies, where no tool of the catalogue has data. */
    fallback: z.strictObject({ mean: z.number().min(0).max(1), deviation: z.number().min(0).max(1) }),
    /** A release this old is half as fresh. */
    freshnessHalfLifeDays: z.number().positive(),
    /** 1 − e^(−count/scale) of the tools it works with. */
    ecosystemScale: z.number().positive(),
    /** log10(1 + value)/decades, at most 1: where each count saturates. */
    adoptionDecades: z.record(z.string(), z.number().positive()),
  })
  .refine(({ weights }) => Math.abs(Object.values(weights).reduce((a, b) => a + b, 0) - 1) < 1e-9, {
    message: 'weights must sum to 1',
    path: ['weights'],
  })
export type RankWeights = z.infer<typeof rankWeightsSchema>

/** Reads the content of `data/rank.json`; throws a ZodError naming the field that is missing or out of range. */
export const parseRankWeights = (json: string): RankWeights => rankWeightsSchema.parse(JSON.parse(json))
