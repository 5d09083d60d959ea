import type { Modules } from './qr-images.js';

/** With half blocks, as `qrencode -t UTF8` writes it. */
export function halfBlocks(modules: Modules, quiet = 2): string {
  const rows = padded(modules, quiet);
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const line = (rows[y] ?? []).map((dark, x) => ' ▄▀█'.charAt((dark ? 2 : 0) + (rows[y + 1]?.[x] === true ? 1 : 0)));
    lines.push(line.join(''));
  }
  return lines.join('\n');
}

/** @param dark for each module, likewise `light` */
export function charactersFor(modules: Modules, dark: string, light: string): string {
  return modules.map((row) => row.map((isDark) => (isDark ? dark : light)).join('')).join('\n');
}

/** @param cell of a dark or light module */
export function tableOf(modules: Modules, cell: (dark: boolean) => string): string {
  const rows = modules.map((row) => `<tr>${row.map((dark) => cell(dark)).join('')}</tr>`);
  return `<table cellspacing="0" cellpadding="0" border="0">${rows.join('\n')}</table>`;
}

/** Neighbours of one colour share a cell. */
export function mergedTableOf(modules: Modules, cell: (dark: boolean, modules: number) => string): string {
  const rows = modules.map((row) => {
    const cells: string[] = [];
    for (let x = 0; x < row.length; ) {
      let end = x;
      while (end < row.length && row[end] === row[x]) end++;
      cells.push(cell(row[x] === true, end - x));
      x = end;
    }
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

export function padded(modules: Modules, quiet: number): Modules {
  const side = (modules[0]?.length ?? 0) + 2 * quiet;
  const blank = Array.from({ length: quiet }, () => new Array<boolean>(side).fill(false));
  const edge = new Array<boolean>(quiet).fill(false);
  return [...blank, ...modules.map((row) => [...edge, ...row, ...edge]), ...blank];
}

/** An SVG with room for the modules and a quiet zone, a unit each. */
export function svgOf(modules: Modules, body: string, attributes = ''): string {
  const side = modules.length + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="200" ${attributes}>${body}</svg>`;
}

/** Something for each dark module: where it stands, with the quiet zone. */
export function darkModules(modules: Modules, draw: (x: number, y: number) => string): string {
  return modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [draw(x + 4, y + 4)] : []))).join('');
}
