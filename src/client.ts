import type { z } from 'zod'
import type { AlternativesAnswer } from './core/api/alternatives.js'
import type { Comparison } from './core/api/compare.js'
import type { CoverAnswer, coverBodySchema } from './core/api/cover.js'
import type { MatchAnswer, matchBodySchema } from './core/api/matches.js'
import type { ResolveAnswer, resolveBodySchema } from './core/api/resolve.js'
import type { GroupedAnswer, SearchAnswer } from './core/api/search.js'
import type { ToolRecord } from './core/catalogue.js'

export type {
  AlternativesAnswer,
  Comparison,
  CoverAnswer,
  GroupedAnswer,
  MatchAnswer,
  ResolveAnswer,
  SearchAnswer,
  ToolRecord,
}

/** Filters of search: any of the values of one, all of the filters. */
export interface SearchOptions {
  limit?: number
  cursor?: string
  type?: readonly ToolRecord['type'][]
  pricing?: readonly string[]
  category?: readonly string[]
  tag?: readonly string[]
  layer?: readonly string[]
  tool?: readonly string[]
  free?: boolean
  mode?: 'hybrid' | 'semantic' | 'keyword'
  /** `false`: the best `limit` whatever their confidence. */
  cut?: boolean
  explain?: boolean
  facets?: boolean
}
export type ResolveRequest = z.input<typeof resolveBodySchema>
export type CoverRequest = z.input<typeof coverBodySchema>
export type Outcome = z.input<typeof matchBodySchema>['outcome']

export interface ClientOptions {
  /** A key of the server's operator, sent as Bearer. */
  key?: string
  /** Another `fetch`, e.g. one with a proxy or retries. */
  fetch?: typeof globalThis.fetch
}

/** An answer other than 2xx: the server's problem details (RFC 9457). */
export class MatchgraphError extends Error {
  readonly status: number
  /** Stable name of the fault, e.g. `not-found`; `http` when the answer was not one of ours. */
  readonly code: string
  readonly detail: string
  /** Seconds after which to try again (429, 503). */
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, detail: string, retryAfter: number | undefined) {
    super(detail)
    this.name = 'MatchgraphError'
    this.status = status
    this.code = code
    this.detail = detail
    this.retryAfter = retryAfter
  }
}

type Parameters = Record<string, string | number | boolean | readonly string[] | undefined>

/** Asks a matchgraph server. Needs nothing but `fetch`: Node 18 and later, browsers, Deno, Bun. */
export class MatchgraphClient {
  private readonly base: string
  private readonly options: ClientOptions

  /** @param base address of the server, e.g. `http://127.0.0.1:8787` */
  constructor(base: string, options: ClientOptions = {}) {
    this.base = base.replace(/(?<!\/)\/+$/, '')
    this.options = options
  }

  search(query: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    return this.get('/api/v1/search', { q: query, ...options })
  }

  searchTools(query: string, options: SearchOptions = {}): Promise<GroupedAnswer> {
    return this.get('/api/v1/search', { q: query, ...options, groupBy: 'tool' })
  }

  resolve(request: ResolveRequest): Promise<ResolveAnswer> {
    return this.post('/api/v1/resolve', request)
  }

  cover(request: CoverRequest): Promise<CoverAnswer> {
    return this.post('/api/v1/cover', request)
  }

  tool(slug: string): Promise<ToolRecord & { generation: number }> {
    return this.get(`/api/v1/tools/${encodeURIComponent(slug)}`, {})
  }

  alternatives(
    slug: string,
    options: {
      free?: boolean
      type?: readonly string[]
      for?: string
      without?: readonly string[]
      limit?: number
    } = {},
  ): Promise<AlternativesAnswer> {
    return this.get(`/api/v1/tools/${encodeURIComponent(slug)}/alternatives`, options)
  }

  compare(tools: readonly string[]): Promise<Comparison> {
    return this.get('/api/v1/compare', { tools })
  }

  /** Reports on a result by its token: first `selected`, then `succeeded` or `failed`. The same report counts once. */
  report(
    token: string,
    outcome: Outcome,
    options: { comment?: string; idempotencyKey?: string } = {},
  ): Promise<MatchAnswer> {
    return this.post('/api/v1/matches', { token, outcome, ...options })
  }

  private get<T>(path: string, parameters: Parameters): Promise<T> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined) continue
      query.set(name, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value))
    }
    const text = query.toString()
    return this.ask<T>(text === '' ? path : `${path}?${text}`, {})
  }

  private post<T>(path: string, body: unknown): Promise<T> {
    return this.ask<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }

  private async ask<T>(path: string, init: RequestInit): Promise<T> {
    const { key, fetch = globalThis.fetch } = this.options
    const headers = new Headers(init.headers)
    headers.set('accept', 'application/json')
    if (key) headers.set('authorization', `Bearer ${key}`)
    const response = await fetch(`${this.base}${path}`, { ...init, headers })
    if (response.ok) return (await response.json()) as T
    throw await failure(response)
  }
}

async function failure(response: Response): Promise<MatchgraphError> {
  const after = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfter = Number.isFinite(after) ? after : undefined
  const text = await response.text()
  try {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string }
    return new MatchgraphError(response.status, code, detail, retryAfter)
  } catch {
    return new MatchgraphError(response.status, 'http', `The server answered ${response.status}.`, retryAfter)
  }
}
