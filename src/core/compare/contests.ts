import type { Impression, Match } from '../evidence/events.js'

/** How one tool did in the searches that showed it beside another. */
export interface Bout {
  selected: number
  succeeded: number
  failed: number
}

/**
 * Who was chosen before whom: for each pair of tools that one list showed, how often the first was selected and how that went. A list
 * of three tools is two bouts of the one that was taken. Counts accepted matches as they are; weights and decay are the rank's matter.
 */
export class Bouts {
  private readonly won = new Map<string, Bout>()

  /** @param match an accepted one, of this impression */
  apply(match: Match, { shown }: Impression): void {
    const winner = shown.find(([capability]) => capability === match.capability)?.[1]
    if (!winner) return
    for (const other of new Set(shown.map(([, tool]) => tool))) {
      if (other === winner || other === '') continue
      const key = `${winner} ${other}`
      const bout = this.won.get(key) ?? { selected: 0, succeeded: 0, failed: 0 }
      this.won.set(key, bout)
      if (match.outcome === 'retracted') bout.selected = Math.max(0, bout.selected - 1)
      else bout[match.outcome]++
    }
  }

  /** What `tool` did beside any of the others (slugs), in the order given. */
  of(slugs: readonly string[]): (Bout & { tool: string })[] {
    return slugs.map((tool) => {
      const sum = { tool, selected: 0, succeeded: 0, failed: 0 }
      for (const other of slugs) {
        const bout = this.won.get(`${tool} ${other}`)
        if (!bout) continue
        sum.selected += bout.selected
        sum.succeeded += bout.succeeded
        sum.failed += bout.failed
      }
      return sum
    })
  }
}
