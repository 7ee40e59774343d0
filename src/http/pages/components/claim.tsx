import type { FC } from 'hono/jsx'
import type { Claim } from '../../../core/api/compare.js'
import { claimWords, valueWords } from '../words.js'
import { NoData, Out } from './parts.js'

/** Where a value comes from: claimant, date, source. */
export const Origin: FC<{ of: { claimedBy?: string; asOf?: string; source?: string } }> = ({ of }) => {
  const words = [claimWords(of.claimedBy), of.asOf].filter(Boolean).join(', ')
  return words || of.source ? (
    <span class="source">
      {words}
      {words && of.source ? ': ' : ''}
      {of.source && <Out href={of.source} />}
    </span>
  ) : null
}

/** One value of the comparison; null is "no data", never a guess. */
export const ClaimCell: FC<{ claim: Claim | null | undefined }> = ({ claim }) =>
  claim ? (
    <>
      {valueWords(claim.value, claim.unit)}
      <Origin of={claim} />
      {claim.contradicts?.map((text) => (
        <span class="source clash">Its own texts say otherwise: {text}</span>
      ))}
    </>
  ) : (
    <NoData />
  )
