import { z } from 'zod'
import { type EvidenceSummary, evidenceSummarySchema } from './api/search.js'
import { canonicalJson } from './canonical.js'
import { SLUG, type ToolRecord, toolSchema } from './catalogue.js'

/**
 * A tool's card to carry elsewhere: everything this server says of it, and what it knows from recorded matches, of one
 * generation. Signed over its canonical JSON (RFC 8785), the signature left out, with Ed25519 (RFC 8032).
 */
export const passportBodySchema = z.strictObject({
  passport: z.literal(1),
  subject: z.string().regex(SLUG),
  /** RFC 3339, UTC. */
  issuedAt: z.string().max(40),
  generation: z.number().int().min(0),
  /** Content hash of the record, as the catalogue knows it. */
  digest: z.string().max(128),
  record: toolSchema,
  /** 0..100 with its 90 % interval; absent where no matches are recorded. */
  rank: z.strictObject({ rank: z.number(), interval: z.tuple([z.number(), z.number()]) }).optional(),
  /** Since when matches are counted, RFC 3339; absent before the first. */
  since: z.string().max(40).optional(),
  /** Over all needs, by capability id; capabilities that were never shown are left out. */
  evidence: z.record(z.string().max(200), evidenceSummarySchema),
  /** Every source that the record names, sorted. */
  sources: z.array(z.string().max(2000)),
})

export const passportSchema = passportBodySchema.extend({
  signature: z.strictObject({
    algorithm: z.literal('Ed25519'),
    /** First 16 hexadecimal digits of the SHA-256 of the public key. */
    keyId: z.string().regex(/^[0-9a-f]{16}$/),
    /** 32 bytes, base64url. */
    publicKey: z.string().regex(/^[\w-]{43}$/, 'must be 32 bytes in base64url'),
    /** 64 bytes, base64url. */
    value: z.string().regex(/^[\w-]{86}$/, 'must be 64 bytes in base64url'),
  }),
})

export type PassportBody = z.infer<typeof passportBodySchema>
export type Passport = z.infer<typeof passportSchema>

/** What is signed. */
export const signedText = (body: PassportBody): string => canonicalJson(body)

export interface PassportInput {
  record: ToolRecord
  digest: string
  generation: number
  /** Milliseconds since 1970. */
  now: number
  rank?: PassportBody['rank']
  since?: string
  evidence?: ReadonlyMap<string, EvidenceSummary>
}

export function passportBody({ record, digest, generation, now, rank, since, evidence }: PassportInput): PassportBody {
  return {
    passport: 1,
    subject: record.slug,
    issuedAt: new Date(now).toISOString(),
    generation,
    digest,
    record,
    ...(rank && { rank }),
    ...(since !== undefined && { since }),
    evidence: Object.fromEntries(evidence ?? []),
    sources: sourcesOf(record),
  }
}

function sourcesOf(record: ToolRecord): string[] {
  const named = [
    record.pricing?.source,
    ...Object.values(record.attributes ?? {}).map(({ source }) => source),
    ...Object.values(record.signals ?? {}).map(({ source }) => source),
    ...record.capabilities.map(({ source }) => source),
  ]
  return [...new Set(named.filter((one) => one !== undefined))].sort()
}
