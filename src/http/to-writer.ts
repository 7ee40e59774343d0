import http from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { AppError } from '../core/errors.js'
import type { Env, WriterLink } from './env.js'

/** Questions that are asked with a body: answered here. */
const ASKED_WITH_BODY = /^\/api\/v1\/(?:resolve|cover|validate)$/
/** Readings that only the writer can give: of its jobs, of the log as it is being written, of all processes together. */
const READ_THERE = /^\/(?:metrics$|api\/v1\/(?:jobs|audit|demand)\b)/
/** Headers that belong to one connection (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection', 'te'])

/**
 * Hands whatever may write over to the process that writes, and gives its answer once it holds here too: who wrote reads what was
 * written. Handing over too much is harmless, because the writer can answer everything.
 */
export const toWriter = ({ socket, caughtUp }: WriterLink) => {
  const agent = new http.Agent({ keepAlive: true })
  return createMiddleware<Env>(async (c, next) => {
    const { method, path } = c.req
    const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
    if (reads ? !READ_THERE.test(path) : ASKED_WITH_BODY.test(path)) return next()
    const body = reads ? Buffer.alloc(0) : Buffer.from(await c.req.arrayBuffer())
    if (path === '/mcp' && !body.includes('report_outcome')) return next()
    const answer = await ask(c, { socketPath: socket, agent }, body)
    if (!reads && answer.statusCode! < 400) await caughtUp()
    const headers = Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
      HOP_BY_HOP.has(name) ? [] : values!.map((value): [string, string] => [name, value]),
    )
    const empty = method === 'HEAD' || answer.statusCode === 204 || answer.statusCode === 304
    if (empty) answer.resume()
    return new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream as BodyInit), {
      status: answer.statusCode!,
      headers,
    })
  })
}

/** @throws AppError `unavailable` when the writer does not answer: it is being started again */
function ask(c: Context<Env>, way: http.RequestOptions, body: Buffer): Promise<http.IncomingMessage> {
  const { incoming } = c.env as unknown as { incoming: http.IncomingMessage }
  const url = new URL(c.req.url)
  // who asks was found out here; the writer believes this header and no other of its kind
  const headers: http.OutgoingHttpHeaders = { ...incoming.headers, 'x-forwarded-for': c.get('caller').address }
  delete headers['x-forwarded-proto']
  delete headers['x-forwarded-host']
  delete headers.connection
  // the body is whole by now, and its length is what it is
  delete headers['transfer-encoding']
  headers['content-length'] = body.length
  return new Promise((resolve, reject) => {
    const request = http.request({ ...way, method: c.req.method, path: url.pathname + url.search, headers }, resolve)
    request.on('error', (cause) => {
      reject(
        new AppError('unavailable', 'What writes is not there in this moment. Try again in a second.', {
          retryAfter: 1,
          cause,
        }),
      )
    })
    request.end(body)
  })
}
