/** ln((N + 1)/(df + ½)): the weight of one gram or pair in the cosines of the re-ranker; positive for df ≤ N. */
export const cosineIdf = (count: number, df: number): number => Math.log((count + 1) / (df + 0.5))

/** ln(1 + tf)·idf. */
export const tfIdf = (tf: number, idf: number): number => Math.log(1 + tf) * idf
