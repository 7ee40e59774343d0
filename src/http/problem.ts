import type { Context } from 'hono'
import { type AppError, ERROR_CODES, type Fault } from '../core/errors.js'

/** RFC 9457 problem details. `type` is a path of this server that explains the code. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  code: string
  errors?: Fault[]
}

export function problemOf(error: AppError, instance: string): Problem {
  return {
    type: `/docs#error-${error.code}`,
    title: ERROR_CODES[error.code].title,
    status: error.status,
    detail: error.detail,
    instance,
    code: error.code,
    ...(error.faults && { errors: error.faults }),
  }
}

export function renderProblem(c: Context, error: AppError): Response {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  if (error.retryAfter !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfter))
  return c.newResponse(JSON.stringify(problemOf(error, c.req.path)), error.status as 400, headers)
}
