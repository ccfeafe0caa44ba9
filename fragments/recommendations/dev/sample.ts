/** Products to look at while developing. */
import type { Product } from "../src/props.ts";

const picture = (hue: number): string =>
  `<svg viewBox="0 0 120 90"><rect width="120" height="90" fill="hsl(${hue} 45% 85%)"/>` +
  `<circle cx="60" cy="48" r="24" fill="hsl(${hue} 45% 45%)"/></svg>`;

export const sample: readonly Product[] = [
  ["mug", "Enamel mug", 1290],
  ["lamp", "Desk lamp with a long arm", 5900],
  ["bowl", "Stoneware bowl", 2450],
  ["board", "Oak board", 3200],
  ["towel", "Linen towel, set of two", 1890],
  ["jar", "Storage jar", 1450],
].map(([id, name, priceCents], index) => ({
  id: String(id),
  name: String(name),
  priceCents: Number(priceCents),
  url: `/products/${id}`,
  picture: picture(index * 55),
  goesWith: index % 2 === 0 ? ["lamp"] : ["mug", "bowl"],
}));
