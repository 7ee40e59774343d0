import type { Capability } from '../../core/catalogue.js'

/** At most about so many are kept, a kilobyte each. */
const MOST = 8192

/**
 * Capabilities that were shown lately, as they are in the newest generation that this process knows of: what is shown often is read and parsed
 * once.
 */
export class ShownCapabilities {
  private readonly byLabel = new Map<number, Capability>()
  private generation: number | undefined

  /** Begins anew for another generation. */
  of(generation: number | undefined): void {
    if (generation !== this.generation) this.clear()
    this.generation = generation
  }

  /** To be called before some are asked for: what is put in stays until the next call. */
  makeRoom(): void {
    if (this.byLabel.size > MOST) this.clear()
  }

  has(label: number): boolean {
    return this.byLabel.has(label)
  }

  get(label: number): Capability | undefined {
    return this.byLabel.get(label)
  }

  set(label: number, capability: Capability): void {
    this.byLabel.set(label, capability)
  }

  clear(): void {
    this.byLabel.clear()
  }
}
