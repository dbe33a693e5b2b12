/** Shared by SVG pictures of a screen: the size of cells, text in them, and the frame around them. */

/** Size of a cell and of the font, px. */
export const CELL = { width: 8.43, height: 17, font: 14 } as const;
const PAD = 10;

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => escapes[character]);

const px = (value: number): string => String(Math.round(value * 100) / 100);

/** A rectangle, in px from the corner of the first cell. */
export const svgRect = (x: number, y: number, width: number, height: number, fill: string, opacity = 1): string =>
  `<rect x="${px(PAD + x)}" y="${px(PAD + y)}" width="${px(width)}" height="${px(height)}" fill="${fill}"${opacity < 1 ? ` fill-opacity="${opacity}"` : ''}/>`;

export interface TextLooks {
  readonly fill: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
}

/** Text beginning in a cell. `cells`: stretched to this many cells, whatever the font. */
export function svgText(column: number, row: number, text: string, looks: TextLooks, cells?: number): string {
  const attributes = [
    `x="${px(PAD + column * CELL.width)}"`,
    `y="${px(PAD + row * CELL.height + CELL.font - 1)}"`,
    ...(cells === undefined ? [] : [`textLength="${px(cells * CELL.width)}"`]),
    `fill="${looks.fill}"`,
    ...(looks.bold ? ['font-weight="bold"'] : []),
    ...(looks.dim ? ['opacity="0.6"'] : []),
    ...(looks.underline ? ['text-decoration="underline"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`;
}

export interface SvgScreen {
  /** Size in cells. */
  readonly columns: number;
  readonly rows: number;
  /** Background colour of the terminal itself. */
  readonly ground: string;
  readonly rects: readonly string[];
  readonly texts: readonly string[];
}

export function svgScreen({ columns, rows, ground, rects, texts }: SvgScreen): string {
  const width = px(columns * CELL.width + 2 * PAD);
  const height = px(rows * CELL.height + 2 * PAD);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="${width}" height="${height}" rx="8" fill="${ground}"/>
${rects.join('\n')}
<g font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${CELL.font}" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}
