import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { Fault } from '../core/errors.js'
import { faultsOf } from '../core/faults.js'
import { type Passport, type PassportBody, passportSchema, signedText } from '../core/passport.js'

/** A fresh Ed25519 private key, PEM (PKCS #8). */
export const newSigningKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Signs passports with one key. */
export class PassportSigner {
  /** 32 bytes, base64url. */
  readonly publicKey: string
  readonly keyId: string
  private readonly key: KeyObject

  /** @throws when `pem` holds no Ed25519 private key */
  constructor(pem: string) {
    this.key = createPrivateKey(pem)
    if (this.key.asymmetricKeyType !== 'ed25519') throw new Error('the signing key is not an Ed25519 key')
    this.publicKey = createPublicKey(this.key).export({ format: 'jwk' }).x!
    this.keyId = keyIdOf(this.publicKey)
  }

  sign(body: PassportBody): Passport {
    const value = sign(null, Buffer.from(signedText(body)), this.key).toString('base64url')
    return { ...body, signature: { algorithm: 'Ed25519', keyId: this.keyId, publicKey: this.publicKey, value } }
  }

  /** What is published at /.well-known/matchgraph.json, so that others know this server's key. */
  wellKnown(): { keys: { keyId: string; algorithm: 'Ed25519'; publicKey: string }[] } {
    return { keys: [{ keyId: this.keyId, algorithm: 'Ed25519', publicKey: this.publicKey }] }
  }
}

const keyIdOf = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16)

export interface Verdict {
  /** The text is what the key in it signed; and, when a key was expected, it is that key. */
  valid: boolean
  /** One sentence. */
  reason: string
  passport?: Passport
  /** What is wrong with its shape. */
  faults: Fault[]
}

/**
 * Checks a passport offline. Without `expected` (public key, base64url) only that nothing was changed since it was
 * signed can be said, not by whom. Never throws, whatever `input` is.
 */
export function verifyPassport(input: unknown, expected?: string): Verdict {
  const read = passportSchema.safeParse(input)
  if (!read.success)
    return { valid: false, reason: 'It is not a passport.', faults: faultsOf(read.error, input, passportSchema) }
  const passport = read.data
  const { signature } = passport
  // the text as it came: reading trims white space, and that would be a change unseen
  const { signature: _, ...body } = input as Passport
  const no = (reason: string): Verdict => ({ valid: false, reason, passport, faults: [] })
  if (expected !== undefined && signature.publicKey !== expected)
    return no('It was signed with another key than the expected one.')
  if (keyIdOf(signature.publicKey) !== signature.keyId) return no('Its key id does not belong to its key.')
  if (!signatureFits(body, signature.publicKey, signature.value))
    return no('It was changed after it was signed, or signed with another key.')
  if (body.subject !== body.record.slug) return no('It speaks of another tool than the one it names.')
  const whose = expected === undefined ? ' Whose key that is was not checked; give the expected one with --key.' : ''
  return {
    valid: true,
    reason: `It is unchanged since it was signed with the key ${signature.keyId}.${whose}`,
    passport,
    faults: [],
  }
}

function signatureFits(body: PassportBody, publicKey: string, value: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
    return verify(null, Buffer.from(signedText(body)), key, Buffer.from(value, 'base64url'))
  } catch {
    return false
  }
}
