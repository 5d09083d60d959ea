import { luminance } from './gray-image.js';

const named: Readonly<Record<string, number>> = {
  black: 0x000000,
  white: 0xffffff,
  gray: 0x808080,
  grey: 0x808080,
  silver: 0xc0c0c0,
  lightgray: 0xd3d3d3,
  lightgrey: 0xd3d3d3,
  whitesmoke: 0xf5f5f5,
  dimgray: 0x696969,
  navy: 0x000080,
  darkblue: 0x00008b,
  midnightblue: 0x191970,
  blue: 0x0000ff,
  maroon: 0x800000,
  darkred: 0x8b0000,
  red: 0xff0000,
  green: 0x008000,
  darkgreen: 0x006400,
  purple: 0x800080,
  yellow: 0xffff00,
};
/** Lighter counts as paper. */
const darkest = 140;

/** Whether a colour of CSS or HTML is dark; null where none can be made out. */
export function isDark(colour: string): boolean | null {
  const word = colour.trim().toLowerCase();
  const name = named[word];
  if (name !== undefined) return isDarkValue(name);
  const hex = /^#?([0-9a-f]{3,8})$/.exec(word)?.[1];
  if (hex !== undefined) {
    const six = hex.length < 6 ? hex.slice(0, 3).replaceAll(/./g, '$&$&') : hex.slice(0, 6);
    return isDarkValue(Number.parseInt(six, 16));
  }
  const [, red, green, blue] = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})/.exec(word) ?? [];
  return red === undefined ? null : luminance(Number(red), Number(green), Number(blue)) < darkest;
}

/** Of a style: the background, whether it is dark; null where it names none. */
export function isDarkBackground(style: string): boolean | null {
  const value = /(?:^|[;{\s])background(?:-color)?\s*:\s*(#[0-9a-f]{3,8}|rgba?\([^)]{5,40}\)|[a-z]{3,20})/i.exec(
    style,
  )?.[1];
  return value === undefined ? null : isDark(value);
}

/** In pixels; null where it is not given in those. */
export function pixelsOf(style: string, property: 'width' | 'height'): number | null {
  const value = (property === 'width' ? width : height).exec(style)?.[1];
  return value === undefined ? null : Number(value);
}

const width = /(?:^|[;{\s])width\s*:\s*(\d{1,4}(?:\.\d{1,3})?)\s*px/i;
const height = /(?:^|[;{\s])height\s*:\s*(\d{1,4}(?:\.\d{1,3})?)\s*px/i;

function isDarkValue(value: number): boolean {
  return luminance((value >> 16) & 255, (value >> 8) & 255, value & 255) < darkest;
}

/** The rules of a style sheet for single classes: `.b{background:#000}`. */
export function classStyles(css: string): ReadonlyMap<string, string> {
  const styles = new Map<string, string>();
  for (const [, name = '', style = ''] of css.slice(0, maxCss).matchAll(/\.([\w-]{1,40})\s{0,9}\{([^{}]{1,500})\}/g)) {
    if (styles.size < maxClasses) styles.set(name, `${styles.get(name) ?? ''};${style}`);
  }
  return styles;
}

const maxCss = 200_000;
const maxClasses = 500;
