/** What fits into sun_path everywhere: 104 bytes on macOS, 108 on Linux, with a NUL at the end. */
const longest = 103

/** Whether a Unix socket can have this path. */
export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= longest
}
