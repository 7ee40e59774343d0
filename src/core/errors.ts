/** Every error a caller can meet, by code. `status` is the HTTP status it is rendered with at the edge. */
export const ERROR_CODES = {
  'invalid-parameter': { status: 400, title: 'A parameter has an invalid value' },
  'unknown-parameter': { status: 400, title: 'A parameter is not known' },
  'invalid-body': { status: 400, title: 'The request body is not valid' },
  'invalid-record': { status: 400, title: 'A catalogue record is not valid' },
  unauthorized: { status: 401, title: 'A key is needed' },
  forbidden: { status: 403, title: 'Not allowed' },
  'forged-token': { status: 403, title: 'The token was not issued by this server' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-impression': { status: 404, title: 'The impression is not known' },
  conflict: { status: 409, title: 'The request conflicts with the current state' },
  'outcome-before-selection': { status: 409, title: 'An outcome needs a selection first' },
  'model-mismatch': { status: 409, title: 'The index was built with another embedding model' },
  'expired-token': { status: 410, title: 'The token has expired' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  'damaged-file': { status: 500, title: 'A file is damaged' },
  unavailable: { status: 503, title: 'Not available right now' },
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** One fault inside a larger input: where it is and what to do about it. */
export interface Fault {
  /** JSON pointer-like path inside the record or body, e.g. `capabilities.2.name`. */
  path: string
  message: string
  /** The nearest right spelling, when the fault looks like a typo. */
  suggestion?: string
}

/** Raised deep, rendered once at the edge (problem+json over HTTP, one sentence on the command line). */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  /** What happened and the way out, in words. */
  readonly detail: string
  readonly faults: Fault[] | undefined
  /** Seconds after which the caller may try again (429, 503). */
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode,
    detail: string,
    options: { faults?: Fault[]; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = ERROR_CODES[code].status
    this.detail = detail
    this.faults = options.faults
    this.retryAfter = options.retryAfter
  }
}
