import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { isLoopback, type Settings } from '../config.js'
import { AppError } from '../core/errors.js'
import { neutralizeAll } from '../core/poison.js'
import { randomId } from '../engine/ids.js'
import type { AppDeps, Env } from './env.js'
import type { Keyring, Scope } from './keyring.js'
import type { RateLimiter } from './rate-limit.js'

/** A caller with an issued key may ask so many times more often. */
const KEY_FACTOR = 10

/** Gives every request an id, a caller and a time, and every answer its headers; logs one line when it is done. */
export const prepare = ({ settings, keyring, log }: AppDeps) =>
  createMiddleware<Env>(async (c, next) => {
    const started = performance.now()
    const requestId = randomId(9)
    c.set('requestId', requestId)
    c.set('caller', { address: addressOf(c, settings), ...keyOf(c, keyring) })
    c.set('now', timeOf(c, settings))
    await next()
    // not c.header: it would make the finished answer anew, as a stream
    c.res.headers.set('x-request-id', requestId)
    const ms = Math.round((performance.now() - started) * 100) / 100
    log.info({ requestId, method: c.req.method, path: c.req.path, status: c.res.status, ms })
  })

/** The peer's address; behind a trusted proxy the last address of X-Forwarded-For, the one that proxy added. */
function addressOf(c: Context, settings: Settings): string {
  const forwarded = settings.MATCHGRAPH_TRUST_PROXY && c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
  if (forwarded) return forwarded
  try {
    return getConnInfo(c).remote.address ?? '127.0.0.1'
  } catch {
    // app.request in tests has no connection
    return '127.0.0.1'
  }
}

const bearer = (c: Context): string | undefined => /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]

function keyOf(c: Context, keyring: Keyring): { key?: string } {
  const key = bearer(c)
  return key !== undefined && keyring.scopesOf(key) !== undefined ? { key } : {}
}

function timeOf(c: Context, settings: Settings): number {
  const told = settings.MATCHGRAPH_TEST_CLOCK ? c.req.header('x-test-now') : undefined
  if (told === undefined) return Date.now()
  const at = Date.parse(told)
  if (Number.isNaN(at)) throw new AppError('invalid-parameter', `x-test-now must be an RFC 3339 time, not "${told}".`)
  return at
}

/**
 * Refuses a caller that may not do this; admin calls without any admin key set are taken from loopback only.
 * @throws AppError `unauthorized` without a key where one is needed, `forbidden` with one that is not enough
 */
export function assertMay(
  c: Context<Env>,
  { keyring, settings }: Pick<AppDeps, 'keyring' | 'settings'>,
  scope: Scope,
): void {
  if (settings.MATCHGRAPH_READ_ONLY && scope !== 'read') {
    throw new AppError('forbidden', 'This server is read-only (MATCHGRAPH_READ_ONLY).')
  }
  const key = bearer(c)
  const scopes = key === undefined ? undefined : keyring.scopesOf(key)
  if (key !== undefined && scopes === undefined)
    throw new AppError('forbidden', 'This key was not issued here, or was withdrawn.')
  if (scopes !== undefined) {
    if (!scopes.has(scope))
      throw new AppError('forbidden', `This key may ${[...scopes].join(', ')}; the call needs "${scope}".`)
  } else if (scope === 'read' || scope === 'match') {
    if (!settings.MATCHGRAPH_ANONYMOUS.split('+').includes(scope)) {
      throw new AppError('unauthorized', `This call needs "Authorization: Bearer KEY" with a key that may ${scope}.`)
    }
  } else if (keyring.hasAdmin) {
    throw new AppError(
      'unauthorized',
      'This call needs "Authorization: Bearer KEY" with a key of MATCHGRAPH_ADMIN_KEYS.',
    )
  } else if (!isLoopback(c.get('caller').address.replace(/^::ffff:/, ''))) {
    throw new AppError(
      'forbidden',
      'No admin key is set, so admin calls are taken from this machine only. Set MATCHGRAPH_ADMIN_KEYS.',
    )
  }
}

export const needs = (deps: Pick<AppDeps, 'keyring' | 'settings'>, scope: Scope) =>
  createMiddleware<Env>((c, next) => {
    assertMay(c, deps, scope)
    return next()
  })

export const adminOnly = (deps: Pick<AppDeps, 'keyring' | 'settings'>) => needs(deps, 'admin')

/** Takes out of every JSON answer what addresses its reader, unless a route that offers `raw` is asked for the record as written. */
export const withoutInstructions = createMiddleware<Env>(async (c, next) => {
  if (c.req.query('raw') !== 'on') {
    const json = c.json as (value: unknown, ...rest: unknown[]) => Response
    Object.assign(c, { json: (value: unknown, ...rest: unknown[]) => json(neutralizeAll(value), ...rest) })
  }
  await next()
})

/** Bodies of at most `limit` bytes; of one that comes in chunks, no more than that is read. */
export const boundedBody = (limit: number) => {
  const tooLarge = (): never => {
    throw new AppError(
      'too-large',
      `The body may have at most ${Math.round(limit / 1024)} KiB. Send large catalogues with "matchgraph index".`,
    )
  }
  const counted = bodyLimit({ maxSize: limit, onError: tooLarge })
  return createMiddleware<Env>((c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const length = c.req.header('content-length')
    if (length === undefined) return counted(c, next)
    return Number(length) > limit ? tooLarge() : next()
  })
}

/** JSON bodies only: checked before any validator, because without a JSON content type it would validate {}. */
export const jsonBody = () =>
  createMiddleware<Env>(async (c, next) => {
    if (!['POST', 'PUT', 'PATCH'].includes(c.req.method)) return next()
    if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(c.req.header('content-type') ?? '')) {
      // a body-less POST (replay, reindex) needs no content type
      const { 'content-type': type, 'content-length': length = '0', 'transfer-encoding': chunked } = c.req.header()
      if (type === undefined && length === '0' && chunked === undefined) return next()
      throw new AppError('unsupported-media-type', 'Send the body as JSON with "content-type: application/json".')
    }
    try {
      JSON.parse(await c.req.text())
    } catch (error) {
      throw new AppError('invalid-body', `The body is not JSON: ${(error as Error).message}.`)
    }
    return next()
  })

/** Refuses clients that ask too often: 429 with Retry-After; every answer says what is left. Loopback is exempt unless a proxy is trusted. */
export const rateLimit = (
  limiter: RateLimiter,
  settings: Settings,
  clientOf: (caller: Env['Variables']['caller'], now: number) => string,
) =>
  createMiddleware<Env>(async (c, next) => {
    const caller = c.get('caller')
    const exempt = isLoopback(caller.address.replace(/^::ffff:/, '')) && !settings.MATCHGRAPH_TRUST_PROXY
    if (!limiter.on || exempt) return next()
    const now = c.get('now')
    const { allowed, limit, remaining, reset } = limiter.take(
      clientOf(caller, now),
      caller.key === undefined ? 1 : KEY_FACTOR,
      now,
    )
    const headers = { 'RateLimit-Limit': limit, 'RateLimit-Remaining': remaining, 'RateLimit-Reset': reset }
    for (const [name, value] of Object.entries(headers)) c.header(name, String(value))
    if (!allowed) {
      const more = caller.key === undefined ? ` A client key allows ${KEY_FACTOR} times as many.` : ''
      throw new AppError('rate-limited', `At most ${limit} requests in this window; try again in ${reset} s.${more}`, {
        retryAfter: reset,
      })
    }
    return next()
  })
