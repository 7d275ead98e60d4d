/**
 * What a page was made from, as one word that goes into its tag and is told on the event stream: the server, the
 * generation of the code, and how often files that the server itself serves have changed. The script in the page
 * (page-script.ts) compares the two.
 */
export interface PageState {
  /** Of this run of the server: letters and digits. */
  readonly server: string
  /** Of the workers that made it, or that serve now. */
  readonly generation: number
  /** Changes that only another load of the page shows. */
  readonly changes: number
  /** Changes of style sheets, which can be put in place in the page. */
  readonly styles: number
}

/** @example stateWord({ server: 'k3x', generation: 5, changes: 0, styles: 2 }) // 'k3x.5.0.2' */
export function stateWord({ server, generation, changes, styles }: PageState): string {
  return `${server}.${generation}.${changes}.${styles}`
}
