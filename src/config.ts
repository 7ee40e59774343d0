import path from 'node:path'
import { z } from 'zod'
import { AppError } from './core/errors.js'
import { TOKEN_DAYS } from './core/evidence/events.js'
import { nearest } from './core/nearest.js'

const onOff = (fallback: 'on' | 'off') =>
  z
    .enum(['on', 'off'])
    .default(fallback)
    .transform((value) => value === 'on')
const keys = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((key) => key.trim())
      .filter(Boolean),
  )

/** Every setting, read from the environment. The README's table is generated from the descriptions. */
export const settingsSchema = z.object({
  MATCHGRAPH_HOME: z.string().min(1).default('.matchgraph').describe('Folder of the database and the index files'),
  MATCHGRAPH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(8787)
    .describe('Port of the server; 0 picks a free one'),
  MATCHGRAPH_WORKERS: z.coerce
    .number()
    .int()
    .min(0)
    .max(256)
    .default(0)
    .describe('Processes that search behind the one port, beside one that writes; 0: one process does everything'),
  MATCHGRAPH_HOST: z.string().min(1).default('127.0.0.1').describe('Address the server listens on'),
  MATCHGRAPH_ADMIN_KEYS: keys.describe(
    'Comma-separated admin keys; with none set, admin calls are taken from loopback only',
  ),
  MATCHGRAPH_CLIENT_KEYS: keys.describe(
    'Comma-separated keys of known clients, whose matches count fully from the first day',
  ),
  MATCHGRAPH_KEYS_FILE: z
    .string()
    .optional()
    .describe(
      'File with more keys, one a line: `KEY` or `sha256:HEX`, with scopes as `=read+match+write+admin`; read again on SIGHUP',
    ),
  MATCHGRAPH_ANONYMOUS: z
    .enum(['read+match', 'read', 'off'])
    .default('read+match')
    .describe('What callers without a key may do'),
  MATCHGRAPH_READ_ONLY: onOff('off').describe('Refuse every call that changes something: matches, tools, jobs'),
  MATCHGRAPH_CORS: keys.describe('Comma-separated origins whose pages may call the API from a browser; `*` for all'),
  MATCHGRAPH_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('Secret that signs tokens and hides addresses; made and kept in the home when unset'),
  MATCHGRAPH_RATE_LIMIT: z
    .string()
    .regex(/^(off|\d+\/(s|min|h))$/, 'must be "off" or like "600/min"')
    .default('600/min')
    .describe(
      'Requests a client may make, ten times that with a key; loopback is exempt unless a proxy is trusted; `off` for none',
    ),
  MATCHGRAPH_TRUST_PROXY: onOff('off').describe(
    'Take the client address from X-Forwarded-For; only behind a proxy that sets it',
  ),
  MATCHGRAPH_MODEL: z
    .string()
    .optional()
    .describe('Embedding model: a folder or a hub id; the bundled table when unset'),
  MATCHGRAPH_RERANKER: z
    .string()
    .optional()
    .describe('Cross-encoder that reads the first 30 results again: a folder or a pulled hub id; none when unset'),
  MATCHGRAPH_KEEP_QUERIES: onOff('on').describe(
    'Keep the words of needs in the log; `off` keeps only hashes and learns no words',
  ),
  MATCHGRAPH_KEEP_IMPRESSIONS: z.coerce
    .number()
    .int()
    .refine(
      (days) => days === 0 || days > TOKEN_DAYS,
      `must be 0, or more than ${TOKEN_DAYS}: that long a token is good`,
    )
    .default(30)
    .describe('Days that result lists are kept which nobody reported on; 0 keeps them for ever'),
  MATCHGRAPH_DATABASE_URL: z.string().optional().describe('postgres://… instead of the embedded database'),
  MATCHGRAPH_SEARCH: z
    .enum(['memory', 'database'])
    .default('memory')
    .describe(
      'Where searches run: `memory`, or `database` (pgvector 0.8 or later) for catalogues larger than a server’s memory',
    ),
  MATCHGRAPH_LOG: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('What the server logs, as JSON lines on stderr'),
  MATCHGRAPH_TEST_CLOCK: onOff('off').describe(
    'Take the time of a request from the header x-test-now; only for simulations, refused unless the host is loopback',
  ),
})

/** Variables of ours that are no settings of the program: where scripts find it, and how a child reports to its parent. */
const NOT_SETTINGS = new Set(['MATCHGRAPH_BIN', 'MATCHGRAPH_PROGRESS_JSON', 'MATCHGRAPH_WRITER_SOCKET'])

export type Settings = z.output<typeof settingsSchema>

/**
 * Reads the settings; a variable that starts with MATCHGRAPH_ and is not known is an error, because it is usually a typo.
 * @throws AppError `invalid-parameter` naming every faulty variable
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const known = Object.keys(settingsSchema.shape)
  const own = Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) => name.startsWith('MATCHGRAPH_') && !NOT_SETTINGS.has(name) && value !== '',
    ),
  )
  const faults = Object.keys(own)
    .filter((name) => !known.includes(name))
    .map((name) => ({ path: name, message: `${name} is not a setting`, suggestion: nearest(name, known) }))
  const parsed = settingsSchema.safeParse(own)
  if (!parsed.success) {
    faults.push(
      ...parsed.error.issues.map((issue) => ({
        path: String(issue.path[0]),
        message: `${String(issue.path[0])}: ${issue.message}`,
        suggestion: undefined,
      })),
    )
  }
  if (parsed.success && parsed.data.MATCHGRAPH_TEST_CLOCK && !isLoopback(parsed.data.MATCHGRAPH_HOST)) {
    faults.push({
      path: 'MATCHGRAPH_TEST_CLOCK',
      message: 'MATCHGRAPH_TEST_CLOCK=on lets callers set the time and is refused unless MATCHGRAPH_HOST is loopback',
      suggestion: undefined,
    })
  }
  if (faults.length > 0 || !parsed.success) {
    const words = faults.map((f) => f.message + (f.suggestion ? `; did you mean ${f.suggestion}?` : ''))
    throw new AppError('invalid-parameter', `${words.join('. ')}.`, { faults })
  }
  return { ...parsed.data, MATCHGRAPH_HOME: path.resolve(parsed.data.MATCHGRAPH_HOME) }
}

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host)
