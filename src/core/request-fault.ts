import type { ZodError } from 'zod'
import { AppError, type Fault } from './errors.js'
import { nearest } from './nearest.js'

/** A request that does not fit its schema: unknown names are told apart from bad values, each with the nearest right one. */
export function requestFault(error: ZodError, known: readonly string[], where: 'query' | 'body' | 'path'): AppError {
  const faults = error.issues.flatMap((issue): Fault[] => {
    const path = issue.path.join('.')
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
    return issue.keys.map((key) => {
      const near = nearest(key, known)
      return {
        path: [...issue.path, key].join('.'),
        message: `is not a ${where === 'body' ? 'key' : 'parameter'} of this request`,
        ...(near && { suggestion: near }),
      }
    })
  })
  const unknown = error.issues.some((issue) => issue.code === 'unrecognized_keys')
  const code = unknown ? 'unknown-parameter' : where === 'body' ? 'invalid-body' : 'invalid-parameter'
  const words = faults
    .slice(0, 3)
    .map((f) => `${f.path || where} ${f.message}${f.suggestion ? `; did you mean "${f.suggestion}"?` : '.'}`)
  const more = faults.length > 3 ? ` And ${faults.length - 3} more.` : ''
  return new AppError(code, `${words.join(' ')}${more}`, { faults })
}
