import { sigmoid } from '../relevance/confidence.js'

/**
 * P(a tool serves a need | relevance of its best capability), a logistic fitted on 150 judgements: the labelled situations of the
 * first set of test/fixtures/pairs.tsv, each tool asked by itself. A search's own confidence answers another question, whether this
 * result is the right one among all; with five tools that serve a need equally well it is a fifth.
 */
const SLOPE = 9.69
const BIAS = -11.3
/** From this probability on a tool serves the need … */
export const SERVES = 0.5
/** … unless another one is more relevant by this much: among a tool's few capabilities the best is often only the least bad. */
const BEHIND = 0.3

/** @param relevance of the best capability, as the search ranks it (about 0 to 3, independent of the catalogue) */
export const serveProbability = (relevance: number): number => sigmoid(SLOPE * relevance + BIAS)

/** Whether it is about as relevant as the best one known. */
export const nearBest = (relevance: number, best: number): boolean => relevance >= best - BEHIND

/** Whether a capability of this relevance serves a need for which the best one known has `best`. */
export const serves = (relevance: number, best: number): boolean =>
  serveProbability(relevance) >= SERVES && nearBest(relevance, best)
