import { randomBytes } from 'node:crypto'
import { AppError } from '../core/errors.js'
import { DAY } from '../core/evidence/decay.js'
import { type Impression, type Outcome, outcomeKey, TOKEN_DAYS } from '../core/evidence/events.js'
import type { LogStore } from '../store/store.js'
import { Clients } from './clients.js'
import type { Caller } from './evidence-hook.js'
import type { EvidenceLog, Recorded } from './evidence-log.js'
import { randomId } from './ids.js'
import { capabilityMark, type TokenClaim, Tokens } from './tokens.js'

/** A report on a search result. */
export interface MatchRequest {
  token: string
  outcome: Outcome
  comment?: string
  idempotencyKey?: string
}

/** Records what was chosen and whether it worked. */
export class Matches {
  readonly clients: Clients
  readonly log: EvidenceLog
  private readonly tokens: Tokens

  private constructor(clients: Clients, log: EvidenceLog, tokens: Tokens) {
    this.clients = clients
    this.log = log
    this.tokens = tokens
  }

  /** @param secret signs tokens and hides addresses; made and kept in the store when left out */
  static async open(store: LogStore, log: EvidenceLog, secret?: string): Promise<Matches> {
    const own = secret ?? (await keptSecret(store))
    return new Matches(await Clients.open(own, store), log, new Tokens(own))
  }

  /** Notes an impression and answers the token of each result that it shows, in order. */
  shown(impression: Impression): string[] {
    this.log.note(impression)
    const expires = impression.at + TOKEN_DAYS * DAY
    return impression.shown.map(([id], i) => this.tokens.issue(impression.id, id, impression.offset + i + 1, expires))
  }

  /**
   * Records one match; resolves when it is on disk.
   * @throws AppError `forged-token`, `expired-token`, `unknown-impression`, `outcome-before-selection`, `conflict`
   */
  async record(request: MatchRequest, caller: Caller, now: number): Promise<Recorded> {
    const claim = this.tokens.read(request.token, now)
    const impression = await this.log.impression(claim.impression)
    if (impression === undefined) {
      throw new AppError(
        'unknown-impression',
        'The search that this token came from is not in the log. Search again and report on the new result.',
      )
    }
    const capability = capabilityOf(impression, claim)
    const { id: client, known, owns } = this.clients.of(caller, now)
    const { outcome, comment, idempotencyKey } = request
    return this.log.record({
      match: {
        id: randomId(),
        at: now,
        impression: impression.id,
        capability,
        outcome,
        client,
        known,
        ...(owns.length > 0 && { owns }),
        ...(comment && { comment }),
      },
      impression,
      dedupe: [
        ...(idempotencyKey ? [`k/${client}/${idempotencyKey}`] : []),
        outcomeKey({ impression: impression.id, capability, outcome }),
      ],
    })
  }

  /** Records many; each is answered or refused by itself, in order. */
  recordAll(requests: readonly MatchRequest[], caller: Caller, now: number): Promise<(Recorded | AppError)[]> {
    return Promise.all(
      requests.map((request) =>
        this.record(request, caller, now).catch((error) => {
          if (error instanceof AppError) return error
          throw error
        }),
      ),
    )
  }
}

function capabilityOf(impression: Impression, claim: TokenClaim): string {
  const shown = impression.shown[claim.position - 1 - impression.offset]
  if (shown === undefined || capabilityMark(shown[0]) !== claim.capability) {
    throw new AppError('forged-token', 'This token does not belong to a result of its search.')
  }
  return shown[0]
}

/** Several servers on one store share one secret: the first to make one. */
const keptSecret = async (store: LogStore): Promise<string> =>
  (await store.meta('secret')) ?? store.initMeta('secret', randomBytes(32).toString('base64url'))
