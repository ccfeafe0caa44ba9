/** What the host gives to this fragment. */

/** `picture` is SVG markup that the host made: it goes into the page as it is. */
export interface Product {
  readonly id: string;
  readonly name: string;
  /** In hundredths of the currency. */
  readonly priceCents: number;
  readonly url: string;
  readonly picture?: string;
  /** Ids of the products that it goes well with. */
  readonly goesWith?: readonly string[];
}

/** Every one has a default, so that an empty preview shows something. */
export interface RecommendationsProps {
  /** In one language, or in each by its code. */
  readonly heading?: string | Readonly<Record<string, string>>;
  /** ISO 4217 code. */
  readonly currency?: string;
  readonly products?: readonly Product[];
  /** Products are posted to `{cartUrl}/items` without JavaScript. */
  readonly cartUrl?: string;
  /** "en" or "de". */
  readonly locale?: string;
}
