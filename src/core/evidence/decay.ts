/** Milliseconds in a day. */
export const DAY = 86_400_000
/** Days after which evidence counts half. 30 and 120 were worse in the simulator: too forgetful, too slow to follow drift. */
export const HALF_LIFE = 60
/** The fixed date L of forward decay (Cormode et al., "Forward decay", ICDE 2009): increments grow from here, sums never change. */
const LANDMARK = Date.UTC(2026, 0, 1)
/** Increments are whole numbers of this many parts, so that sums are exact in doubles and a retraction takes away exactly what was added. */
const PARTS = 2 ** 20

const growth = (at: number): number => 2 ** ((at - LANDMARK) / (HALF_LIFE * DAY))

/** What `value`, happening at `at` (ms), adds to a forward-decayed sum: a whole number. */
export const grown = (value: number, at: number): number => Math.round(value * growth(at) * PARTS)

/** The factor that turns a forward-decayed sum into its decayed value at `now` (ms). */
export const reading = (now: number): number => 1 / (growth(now) * PARTS)

/** A value that decays backwards, for what need not be taken back: at `now`, `value` of `at` with the given half-life in days. */
export const decayed = (value: number, at: number, now: number, halfLife: number): number =>
  now <= at ? value : value * 2 ** (-(now - at) / (halfLife * DAY))
