/** Random choices that are the same for the same seed, everywhere. */

export class Dice {
  #a
  #b
  #c
  #count = 1

  /** @param {...number} seeds whole numbers; all of them count */
  constructor(...seeds) {
    const mixed = seeds.reduce((state, seed) => mix(state ^ mix(seed)), 0x9e3779b9)
    this.#a = mix(mixed)
    this.#b = mix(mixed + 1)
    this.#c = mix(mixed + 2)
    for (let round = 0; round < 8; round++) this.bits()
  }

  /** 32 random bits (sfc32). */
  bits() {
    const sum = (this.#a + this.#b + this.#count++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A whole number from 0 on, smaller than `limit`. */
  below(limit) {
    return Math.floor((this.bits() / 2 ** 32) * limit)
  }

  /** A whole number, both ends included. */
  between(least, most) {
    return least + this.below(most - least + 1)
  }

  chance(share) {
    return this.bits() / 2 ** 32 < share
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return list[this.below(list.length)]
  }

  /** So many of what a function makes, in one text. */
  repeat(least, most, make) {
    return Array.from({ length: this.between(least, most) }, (_, at) => make(at)).join('')
  }

  /** Text of so many random characters from 0 to 255. */
  noise(length) {
    return Array.from({ length }, () => String.fromCharCode(this.bits() >>> 24)).join('')
  }
}

/** One step of splitmix32. */
function mix(seed) {
  let bits = (seed + 0x9e3779b9) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
  return (bits ^ (bits >>> 15)) | 0
}
