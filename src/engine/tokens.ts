import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { AppError } from '../core/errors.js'

/** What a token says: this capability was shown at this position of this impression. */
export interface TokenClaim {
  impression: string
  /** First four bytes of the capability id's hash, hex: the id itself is in the impression. */
  capability: string
  position: number
  /** Seconds since 1970. */
  expires: number
}

/** impression 12, capability 4, position 2, expiry 4, MAC 14: a multiple of three, so that no base64 digit is left undetermined. */
const BODY = 22
const MAC = 14

export const capabilityMark = (id: string): string => hash('sha256', id).slice(0, 8)

/** Tokens are an HMAC-SHA-256, cut to 112 bits, over (impression, capability, position, expiry). 48 characters: agents pay for them. */
export class Tokens {
  private readonly key: Buffer

  constructor(secret: string) {
    this.key = createHmac('sha256', secret).update('token').digest()
  }

  /** @param impression 12 bytes in base64url; @param expires milliseconds since 1970 */
  issue(impression: string, capabilityId: string, position: number, expires: number): string {
    const body = Buffer.alloc(BODY)
    body.write(impression, 0, 12, 'base64url')
    body.write(capabilityMark(capabilityId), 12, 4, 'hex')
    body.writeUInt16BE(position, 16)
    body.writeUInt32BE(Math.floor(expires / 1000), 18)
    return Buffer.concat([body, this.mac(body)]).toString('base64url')
  }

  /**
   * @param now milliseconds since 1970
   * @throws AppError `forged-token` when it is not one of ours, `expired-token` when it was
   */
  read(token: string, now: number): TokenClaim {
    const bytes = Buffer.from(token, 'base64url')
    const body = bytes.subarray(0, BODY)
    const genuine =
      bytes.length === BODY + MAC &&
      bytes.toString('base64url') === token &&
      timingSafeEqual(bytes.subarray(BODY), this.mac(body))
    if (!genuine) {
      throw new AppError(
        'forged-token',
        'This token was not issued by this server. Take it from a search result, unchanged.',
      )
    }
    const expires = body.readUInt32BE(18)
    if (expires * 1000 < now) {
      throw new AppError('expired-token', 'This token has expired. Search again and report on the new result.')
    }
    return {
      impression: body.toString('base64url', 0, 12),
      capability: body.toString('hex', 12, 16),
      position: body.readUInt16BE(16),
      expires,
    }
  }

  private mac(body: Uint8Array): Buffer {
    return createHmac('sha256', this.key).update(body).digest().subarray(0, MAC)
  }
}
