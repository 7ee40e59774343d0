import { z } from 'zod'

export const unit = z.number().min(0).max(1)

/** A need in words. */
export const need = z
  .string()
  .trim()
  .min(1, 'needs at least one character')
  .max(2000, 'may have at most 2000 characters')

/** Given once, repeated, or not at all in a query string (texts, so commas do not divide); an array in code. */
export const list = <T extends z.ZodType>(one: T, most: number) =>
  z.preprocess(
    (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(one).max(most, `may have at most ${most} values`),
  )

/** Slugs or names, comma separated or repeated. */
export const names = (least: number, most: number) =>
  z.preprocess(
    (value) =>
      (value === undefined ? [] : Array.isArray(value) ? value : [value])
        .flatMap((v) => String(v).split(','))
        .map((v) => v.trim())
        .filter(Boolean),
    z.array(z.string().max(200)).min(least, `needs at least ${least}`).max(most, `may have at most ${most}`),
  )
