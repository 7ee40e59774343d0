import type { ToolRankAnswer } from '../../core/api/rank.js'
import type { StoredTool } from '../../store/store.js'

/** All that the page of a tool shows. */
export interface ToolView extends StoredTool {
  /** Name of another tool of the catalogue; undefined when there is none of that slug. */
  nameOf(slug: string): string | undefined
  rank: ToolRankAnswer
  /** Capabilities with near-duplicates counted once. */
  distinct: number
  /** Passages that address the reader were left out. */
  withheld: boolean
}
