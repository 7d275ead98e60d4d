/**
 * A pure function whose results are kept by their text, for texts that come again and again. Bounded, since
 * anybody may make them.
 *
 * @param most results kept; those of further texts are made each time
 */
export function remember<Result>(
  make: (text: string) => Result,
  most: number,
): (text: string) => Result {
  const made = new Map<string, Result>()
  return text => {
    const known = made.get(text)
    if (known !== undefined) return known
    const result = make(text)
    if (made.size < most) made.set(text, result)
    return result
  }
}
