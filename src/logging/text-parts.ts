/** Figures as they stand in lines of the log. */

/** `34 ms`, `1.2 s` */
export function secondsText(value: number): string {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`
}

/** `1 worker`, `2 workers` */
export function countText(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
