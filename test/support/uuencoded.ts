/** A file as `uuencode` writes it. */
export function uuencoded(name: string, bytes: Buffer): string {
  const lines = [`begin 644 ${name}`];
  for (let at = 0; at < bytes.length; at += 45) {
    const line = bytes.subarray(at, at + 45);
    let text = letter(line.length);
    for (let index = 0; index < line.length; index += 3) {
      const bits = ((line[index] ?? 0) << 16) | ((line[index + 1] ?? 0) << 8) | (line[index + 2] ?? 0);
      for (const shift of [18, 12, 6, 0]) text += letter((bits >> shift) & 63);
    }
    lines.push(text);
  }
  return [...lines, '`', 'end'].join('\r\n');
}

function letter(value: number): string {
  return String.fromCharCode(value === 0 ? 96 : value + 32);
}
