/** English function words, as they stand after folding. Left out of queries and descriptions, kept in names. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both but by
  can cannot could did do does doing done down during each else ever every few for from further get gets give given had has have having he her here hers
  him his how however i if in into is it its itself just let lets like me more most my myself need needs no nor not now of off on once one only
  or other our ours out over own per please s same shall she should so some such t than that the their theirs them then there these they
  this those through to too under until up upon us use used uses using very via want wants was we were what when where whether which while who
  whom whose why will with within without would you your yours yourself im ive id ill dont doesnt cant`
    .split(/\s+/)
    .filter((word) => word !== ''),
)
