import { neutralize } from '../../core/poison.js'

/** Shorter texts hold no order to a reader. */
const SHORTEST = 16

/** A value with every text in it freed of passages that address the reading model. */
export function neutralized<T>(value: T): T {
  if (typeof value === 'string') return (value.length < SHORTEST ? value : neutralize(value)) as T
  if (Array.isArray(value)) return value.map(neutralized) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, neutralized(one)])) as T
}
