/** The bundle's entry: the component is its only export, and the default one. */
export { Cart as default } from "./Cart.tsx";
